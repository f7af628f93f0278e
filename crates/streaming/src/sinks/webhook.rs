//! HTTP POST of one message at a time.

use std::time::Duration;

use ureq::Agent;
use ureq::http::Uri;

use super::loopback::is_loopback;
use super::{Sink, Undelivered};
use crate::StreamError;
use crate::message::Message;

const TIMEOUT: Duration = Duration::from_secs(20);

/// A webhook: in order, one at a time. A message that was taken and not acknowledged comes again, under
/// the same ID.
pub(super) struct Webhook {
    url: String,
    agent: Agent,
}

impl Webhook {
    pub(super) fn new(name: &str, url: &str) -> Result<Self, StreamError> {
        let failed = |why: &str| StreamError::Sink { name: name.to_owned(), why: why.to_owned() };
        let parsed: Uri = url.parse().map_err(|_| failed("what follows webhook: is no URL"))?;
        let host = parsed.host().unwrap_or_default();
        match parsed.scheme_str() {
            Some("https") => {}
            Some("http") if is_loopback(host) => {}
            Some("http") => return Err(failed("http is for this machine only: use https")),
            _ => return Err(failed("wanted webhook:https://…")),
        }
        // A redirect would send decisions to whom nobody named.
        let config = Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .build();
        Ok(Self { url: url.to_owned(), agent: config.into() })
    }
}

impl Sink for Webhook {
    fn deliver(&mut self, messages: &[Message]) -> Result<usize, Undelivered> {
        let Some(message) = messages.first() else { return Ok(0) };
        let sent = self
            .agent
            .post(&self.url)
            .header("content-type", "application/json")
            .header("idempotency-key", &message.id)
            .send(message.json());
        match sent {
            Ok(response) if response.status().is_success() => Ok(1),
            Ok(response) => {
                Err(Undelivered::Later(format!("it answered {}", response.status().as_u16())))
            }
            Err(error) => Err(Undelivered::Later(without_url(&error))),
        }
    }
}

/// What went wrong, without the URL, which may hold a secret.
fn without_url(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => "no answer in time".to_owned(),
        ureq::Error::Io(error) => error.kind().to_string(),
        ureq::Error::HostNotFound => "its host is not found".to_owned(),
        ureq::Error::ConnectionFailed => "nobody answers".to_owned(),
        _ => "the request failed".to_owned(),
    }
}
