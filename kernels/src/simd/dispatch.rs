//! From one generic algorithm to one compiled function per tier.

/// Calls `algorithm(token, arguments...)` with the token of the given [`Isa`](super::Isa), compiled for its
/// instructions.
///
/// `dispatch!(isa, algorithm(x: &mut [u32], q: u32 = modulus.value()) -> u32)` expects in scope
/// `#[inline(always)] fn algorithm<L: Lanes>(l: L, x: &mut [u32], q: u32) -> u32`. An argument without `=` is the
/// variable of that name. Further type parameters of the algorithm stand in brackets:
/// `dispatch!(isa, [F: Formula<2>] algorithm(...))`.
macro_rules! dispatch {
    (
        $isa:expr,
        $([$($generics:tt)*])? $algorithm:ident($($name:ident : $type:ty $(= $value:expr)?),* $(,)?) $(-> $output:ty)?
    ) => {{
        $($(let $name: $type = $value;)?)*
        match $isa {
            $crate::simd::Isa::Scalar(token) => $algorithm(token, $($name),*),
            #[cfg(any(test, feature = "testing"))]
            $crate::simd::Isa::Model(token) => $algorithm(token, $($name),*),
            #[cfg(target_arch = "x86_64")]
            $crate::simd::Isa::Avx2(token) => {
                #[expect(unsafe_code, reason = "a function with target features is entered")]
                fn enter$(<$($generics)*>)?(token: $crate::simd::Avx2, $($name: $type),*) $(-> $output)? {
                    #[target_feature(enable = "avx2")]
                    fn root$(<$($generics)*>)?(token: $crate::simd::Avx2, $($name: $type),*) $(-> $output)? {
                        $algorithm(token, $($name),*)
                    }
                    // SAFETY: the token exists only on a CPU with these features.
                    unsafe { root(token, $($name),*) }
                }
                enter(token, $($name),*)
            }
            #[cfg(target_arch = "x86_64")]
            $crate::simd::Isa::Avx512(token) => {
                #[expect(unsafe_code, reason = "a function with target features is entered")]
                fn enter$(<$($generics)*>)?(token: $crate::simd::Avx512, $($name: $type),*) $(-> $output)? {
                    #[target_feature(enable = "avx512f,avx512dq,avx512bw,avx512vl")]
                    fn root$(<$($generics)*>)?(token: $crate::simd::Avx512, $($name: $type),*) $(-> $output)? {
                        $algorithm(token, $($name),*)
                    }
                    // SAFETY: the token exists only on a CPU with these features.
                    unsafe { root(token, $($name),*) }
                }
                enter(token, $($name),*)
            }
        }
    }};
}

pub(crate) use dispatch;
