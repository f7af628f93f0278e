//! A JetStream of NATS, with one message a subject: a second one is refused.

use std::time::Duration;

use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::{self, stream::Config};
use async_nats::{ConnectOptions, ServerAddr};
use tokio::runtime::{Builder, Runtime};

use super::loopback::is_loopback;
use super::{Sink, Undelivered};
use crate::StreamError;
use crate::message::Message;

const TIMEOUT: Duration = Duration::from_secs(20);

/// What every subject begins with.
const SUBJECTS: &str = "decisions";

pub(super) struct Nats {
    name: String,
    address: ServerAddr,
    runtime: Runtime,
    context: Option<jetstream::Context>,
}

impl Nats {
    pub(super) fn new(name: &str, address: &str) -> Result<Self, StreamError> {
        let failed = |why: &str| StreamError::Sink { name: name.to_owned(), why: why.to_owned() };
        let url =
            if address.starts_with("//") { format!("nats:{address}") } else { address.to_owned() };
        let address: ServerAddr =
            url.parse().map_err(|_| failed("wanted nats://host:port, or tls://host:port"))?;
        if address.scheme() != "tls" && !is_loopback(address.host()) {
            return Err(failed("nats:// is for this machine only: use tls://"));
        }
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|_| failed("no runtime for its connection"))?;
        Ok(Self { name: name.to_owned(), address, runtime, context: None })
    }
}

impl Sink for Nats {
    fn deliver(&mut self, messages: &[Message]) -> Result<usize, Undelivered> {
        let Self { name, address, runtime, context } = self;
        let delivered = runtime.block_on(async {
            let work = async {
                let context = match context {
                    Some(open) => open,
                    None => context.insert(connect(name, address).await?),
                };
                for message in messages {
                    publish(context, name, message).await?;
                }
                Ok(messages.len())
            };
            tokio::time::timeout(TIMEOUT, work).await
        });
        let delivered = delivered.unwrap_or_else(|_| later("no answer in time"));
        if delivered.is_err() {
            self.context = None;
        }
        delivered
    }
}

async fn connect(name: &str, address: &ServerAddr) -> Result<jetstream::Context, Undelivered> {
    let options = ConnectOptions::new().connection_timeout(TIMEOUT).name("runner stream");
    let client = options.connect(address.clone()).await;
    let client = client.or_else(|_| later("the server cannot be reached"))?;
    let context = jetstream::new(client);
    let all = format!("{SUBJECTS}.>");
    let Ok(stream) = context.stream_by_subject(all.clone()).await else {
        return later(&format!(
            "no stream takes the subjects {all}; make one with: nats stream add DECISIONS --subjects \
             '{all}' --storage file --retention limits --discard new --defaults"
        ));
    };
    let stream = context.get_stream(stream).await.or_else(|_| later("its stream is gone"))?;
    let Config { max_age, max_messages, max_bytes, max_messages_per_subject, .. } =
        stream.cached_info().config.clone();
    let expires = !max_age.is_zero()
        || (max_messages > 0 || max_bytes > 0)
            && stream.cached_info().config.discard == jetstream::stream::DiscardPolicy::Old;
    if expires || max_messages_per_subject > 1 {
        return Err(Undelivered::Never(StreamError::Sink {
            name: name.to_owned(),
            why: "its stream forgets messages (max_age, or a limit with discard old): a repeat could not \
                  be told from the first; use a stream without, or with --discard new"
                .to_owned(),
        }));
    }
    Ok(context)
}

async fn publish(
    context: &jetstream::Context,
    name: &str,
    message: &Message,
) -> Result<(), Undelivered> {
    // The tokens of an ID are encoded already, all but the time.
    let tokens: Vec<String> =
        message.id.split('/').map(|token| token.replace('.', "%2E")).collect();
    let subject = format!("{SUBJECTS}.{}", tokens.join("."));
    let outgoing =
        PublishMessage::build().payload(message.json().into()).expected_last_subject_sequence(0);
    let sent = context.send_publish(subject.clone(), outgoing).await;
    let acknowledged = match sent {
        Ok(acknowledgement) => acknowledgement.await,
        Err(error) => Err(error),
    };
    match acknowledged {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == PublishErrorKind::WrongLastSequence => {
            compare(context, name, message, subject).await
        }
        Err(error) => later(&error.kind().to_string()),
    }
}

/// Whether what is there under the subject is the same.
async fn compare(
    context: &jetstream::Context,
    name: &str,
    message: &Message,
    subject: String,
) -> Result<(), Undelivered> {
    let stream = context.stream_by_subject(subject.clone()).await;
    let stream = stream.or_else(|_| later("its stream is gone"))?;
    let stream = context.get_stream(stream).await.or_else(|_| later("its stream is gone"))?;
    let stored = stream.get_last_raw_message_by_subject(&subject).await;
    let stored = stored.or_else(|_| later("the message there cannot be read"))?;
    let stored = serde_json::from_slice(&stored.payload).unwrap_or_default();
    match message.difference(&stored) {
        None => Ok(()),
        Some(difference) => {
            let (name, id) = (name.to_owned(), message.id.clone());
            Err(Undelivered::Never(StreamError::Conflict { name, id, difference }))
        }
    }
}

fn later<T>(why: &str) -> Result<T, Undelivered> {
    Err(Undelivered::Later(why.to_owned()))
}
