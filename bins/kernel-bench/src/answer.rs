//! Answers as files, and what the program took of memory.

use std::fs;
use std::path::Path;

use crate::error::BenchError;

/// Writes numbers as 64-bit floating point, little endian.
pub(crate) fn write(path: &Path, numbers: &[f64]) -> Result<(), BenchError> {
    let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    fs::write(path, bytes).map_err(|source| BenchError::Write { path: path.to_owned(), source })
}

/// The most memory that this process had in RAM at once, in KiB; `None` where the system does not say.
pub(crate) fn peak_kib() -> Option<u64> {
    peak_of(&fs::read_to_string("/proc/self/status").ok()?)
}

fn peak_of(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_read_from_the_status() {
        assert_eq!(peak_of("VmPeak:\t  9 kB\nVmHWM:\t    1234 kB\nVmRSS:\t 7 kB\n"), Some(1234));
        assert_eq!(peak_of("VmPeak:\t  9 kB\n"), None);
    }
}
