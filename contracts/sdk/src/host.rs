//! The host functions as the guest declares them: the table of `vm/abi/src/host.rs`, in Rust.

macro_rules! host_functions {
    (
        safe { $(fn $safe:ident($($safe_arg:ident: $safe_type:ty),*) $(-> $safe_result:ty)?;)* }
        unsafe { $(fn $raw:ident($($raw_arg:ident: $raw_type:ty),*) $(-> $raw_result:ty)?;)* }
    ) => {
        #[cfg(target_arch = "wasm32")]
        mod import {
            #[link(wasm_import_module = "twinroot")]
            unsafe extern "C" {
                $(pub(crate) safe fn $safe($($safe_arg: $safe_type),*) $(-> $safe_result)?;)*
                $(pub(crate) unsafe fn $raw($($raw_arg: $raw_type),*) $(-> $raw_result)?;)*
            }
        }

        #[cfg(not(target_arch = "wasm32"))]
        mod import {
            $(
                pub(crate) fn $safe($($safe_arg: $safe_type),*) $(-> $safe_result)? {
                    let _ = ($($safe_arg,)*);
                    unreachable!("{} is a function of the VM", stringify!($safe))
                }
            )*
            $(
                pub(crate) unsafe fn $raw($($raw_arg: $raw_type),*) $(-> $raw_result)? {
                    let _ = ($($raw_arg,)*);
                    unreachable!("{} is a function of the VM", stringify!($raw))
                }
            )*
        }

        pub(crate) use import::{$($safe,)* $($raw,)*};

        /// The same list, for comparison with the table.
        #[cfg(test)]
        const DECLARED: &[tests::Declared] = &[
            $((stringify!($safe), &[$(<$safe_type as tests::Shape>::TYPE),*], tests::result!($($safe_result)?)),)*
            $((stringify!($raw), &[$(<$raw_type as tests::Shape>::TYPE),*], tests::result!($($raw_result)?)),)*
        ];
    };
}

host_functions! {
    safe {
        fn balance() -> u64;
        fn caller() -> u32;
        fn height() -> u64;
        fn input_len() -> usize;
        fn revert(code: u32);
        fn time_ms() -> u64;
        fn transfer(side: u32, amount: u64) -> u32;
        fn value() -> u64;
    }
    unsafe {
        fn blake2b(bytes: *const u8, len: usize, out: *mut u8);
        fn call(
            contract: *const u8,
            entry: *const u8,
            entry_len: usize,
            args: *const u8,
            args_len: usize,
            coins: u64,
            gas: u64
        ) -> u64;
        fn call_returned(out: *mut u8, cap: usize) -> usize;
        fn caller_contract(out: *mut u8) -> u32;
        fn emit(bytes: *const u8, len: usize);
        fn input_read(out: *mut u8);
        fn judge(policy: u32, out: *mut u8, cap: usize) -> i32;
        fn log(bytes: *const u8, len: usize);
        fn ret(bytes: *const u8, len: usize);
        fn sha256(bytes: *const u8, len: usize, out: *mut u8);
        fn storage_read(key: *const u8, key_len: usize, out: *mut u8, cap: usize) -> i32;
        fn storage_remove(key: *const u8, key_len: usize) -> u32;
        fn storage_write(key: *const u8, key_len: usize, value: *const u8, value_len: usize);
        fn verify(key: *const u8, bytes: *const u8, len: usize, signature: *const u8) -> u32;
    }
}

#[cfg(test)]
mod tests {
    use twinroot_abi::{HOST_FUNCTIONS, ValType};

    use super::DECLARED;

    /// Name, parameters, result.
    pub(super) type Declared = (&'static str, &'static [ValType], Option<ValType>);

    /// What a Rust type is in a signature on wasm32.
    pub(super) trait Shape {
        const TYPE: ValType;
    }

    macro_rules! shape {
        ($($kind:ty: $wasm:ident),*) => {$(
            impl Shape for $kind {
                const TYPE: ValType = ValType::$wasm;
            }
        )*};
    }
    shape!(u32: I32, i32: I32, usize: I32, u64: I64, *const u8: I32, *mut u8: I32);

    macro_rules! result {
        () => {
            None
        };
        ($kind:ty) => {
            Some(<$kind as tests::Shape>::TYPE)
        };
    }
    pub(super) use result;

    #[test]
    fn declares_the_table_and_nothing_else() {
        assert_eq!(DECLARED.len(), HOST_FUNCTIONS.len());
        for function in HOST_FUNCTIONS {
            let declared = DECLARED.iter().find(|(name, ..)| *name == function.name);
            assert_eq!(
                declared,
                Some(&(function.name, function.params, function.result))
            );
        }
    }
}
