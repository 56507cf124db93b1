//! One target under libFuzzer: `run TARGET SECONDS`, beside this package, sets what it needs.

#![no_main]

use std::{cell::RefCell, sync::OnceLock};

use fuzz::Check;
use libfuzzer_sys::fuzz_target;

thread_local! {
    static CHECK: RefCell<Option<Check>> = const { RefCell::new(None) };
}

fuzz_target!(|data: &[u8]| {
    CHECK.with_borrow_mut(|check| {
        let check = check.get_or_insert_with(|| fuzz::check(target()).expect("the target"));
        if let Err(what) = check(data) {
            panic!("{what}");
        }
    });
});

fn target() -> &'static str {
    static TARGET: OnceLock<String> = OnceLock::new();
    TARGET.get_or_init(|| std::env::var("FUZZ_TARGET").expect("FUZZ_TARGET"))
}
