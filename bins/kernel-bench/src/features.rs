//! The instruction sets that the kernels choose from.

/// An instruction set and whether this machine, or the program that imitates one, has it.
type Feature = (&'static str, fn() -> bool);

/// Those that decide which form of a kernel runs.
#[cfg(target_arch = "x86_64")]
pub(crate) const FOUND: &[Feature] = &[
    ("sse4.2", || is_x86_feature_detected!("sse4.2")),
    ("avx2", || is_x86_feature_detected!("avx2")),
    ("fma", || is_x86_feature_detected!("fma")),
    ("avx512f", || is_x86_feature_detected!("avx512f")),
    ("avx512dq", || is_x86_feature_detected!("avx512dq")),
];

/// Elsewhere there is one form only.
#[cfg(not(target_arch = "x86_64"))]
pub(crate) const FOUND: &[Feature] = &[];
