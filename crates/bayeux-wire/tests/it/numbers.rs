//! Numbers: which are malformed, and which are unreadable.

use bayeux_wire::{Decoder, Frame, Limits, Unreadable};

use crate::oracle::{decode_value, syntax_error};

/// Reads a number; `None` if it is unreadable.
fn float(number: &str) -> Option<f64> {
    let frame = decode_value(number).unwrap();
    let root = frame.root().unwrap();
    let why = root.unreadable();
    assert_eq!(root.is_null(), why.is_some(), "{number}");
    assert!(
        matches!(why, None | Some(Unreadable::OutOfRange)),
        "{number}"
    );
    assert_eq!(root.as_f64().is_some(), why.is_none(), "{number}");
    root.as_f64()
}

#[test]
fn numbers_that_are_not_finite_are_unreadable_in_any_notation() {
    let nines = "9".repeat(308);
    for finite in [nines.clone(), format!("-{nines}"), format!("{nines}.5")] {
        assert_eq!(float(&finite), finite.parse().ok(), "{finite}");
    }
    for infinite in [
        format!("9{nines}"),
        format!("-9{nines}"),
        format!("9{nines}.5"),
        "1e309".to_owned(),
        // Above the largest float by so little that parsing would round down to it.
        "1.7976931348623158079e308".to_owned(),
        "-1e99999999999999999999999".to_owned(),
    ] {
        assert_eq!(float(&infinite), None, "{infinite}");
        let frame = decode_value(format!(r#"{{"a":{infinite},"b":7}}"#)).unwrap();
        let root = frame.root().unwrap();
        assert_eq!(root.get("b").unwrap().as_u64(), Some(7), "{infinite}");
        assert_eq!(root.to_string(), r#"{"a":null,"b":7}"#);
    }
    // Leading zeros do not make a number large, nor does an exponent make a zero large.
    let zeros = "0".repeat(400);
    let huge = "99999999999999999999999";
    let small = format!(
        "[0.{zeros}1,0.001e-{huge},0e99999,-0.{zeros}E+{huge},1e-{huge},{nines}{nines}e-{huge}]"
    );
    let frame = decode_value(small).unwrap();
    assert!(!frame.root().unwrap().has_unreadable());
}

#[test]
fn the_largest_float_is_the_limit_for_any_point_and_exponent() {
    // Both sides of the limit and far from it, with one digit and with more than are compared.
    let mut digits: Vec<String> = [
        "1",
        "9",
        "17976931348623157",
        "17976931348623158",
        "17976931348623158078",
        "17976931348623158080",
        "17976931348623159",
        "1797693134862316",
    ]
    .map(str::to_owned)
    .into();
    for zeros in [1, 300, 310, 770, 900] {
        digits.push(format!("17976931348623157{}1", "0".repeat(zeros)));
        digits.push(format!("17976931348623159{}", "0".repeat(zeros)));
        digits.push(format!("0{}", "0".repeat(zeros)));
    }
    let (mut finite, mut infinite) = (0, 0);
    for digits in digits {
        let behind =
            [0, 1, 2, 290, 310, 800].map(|zeros| format!("0.{}{digits}", "0".repeat(zeros)));
        let within = (1..digits.len()).step_by(1 + digits.len() / 16);
        let within = within.map(|at| format!("{}.{}", &digits[..at], &digits[at..]));
        let whole = (!digits.starts_with('0')).then(|| digits.clone());
        let written: Vec<_> = within.chain(behind).chain(whole).collect();
        let well_formed = |number: &&String| !number.starts_with("00");
        for number in written.iter().filter(well_formed) {
            for exponent in (-20..340).chain([-2_000, -900, -600, 590, 600, 620, 1_100, 1_110]) {
                let number = format!("-{number}e{exponent:+}");
                let expected = number.parse().ok().filter(|float: &f64| float.is_finite());
                assert_eq!(float(&number), expected, "{number}");
                if expected.is_some() {
                    finite += 1;
                } else {
                    infinite += 1;
                }
            }
        }
    }
    assert!(
        finite > 10_000 && infinite > 1_000,
        "{finite} and {infinite}"
    );
}

#[test]
fn no_number_of_any_length_is_read_as_infinite() {
    let mut limits = Limits::default();
    limits.max_frame = 4_000_000;
    let mut decoder = Decoder::with_limits(limits);
    for length in [790, 810, 70_000, 700_000, 1_400_000] {
        let zeros = "0".repeat(length);
        for number in [
            format!("1{zeros}"),
            format!("1{zeros}e-{length}"),
            format!("1{zeros}.0e-{}", length - 309),
            format!("0.{zeros}1e{length}"),
            format!("0.{zeros}1e{}", length + 320),
        ] {
            let mut frame = Frame::from_bytes(number.as_bytes());
            decoder.decode_value(&mut frame).unwrap();
            let root = frame.root().unwrap();
            let is_finite = root.as_f64().is_some_and(f64::is_finite);
            assert!(
                is_finite || root.unreadable().is_some(),
                "{} characters",
                number.len()
            );
        }
    }
}

#[test]
fn a_malformed_number_is_reported_at_its_start() {
    for malformed in [
        "-", "-a", "--1", "00", "-00", "01", "-01", "1.", "1.e5", "0.", "0.e", "1.a", "1e", "1E",
        "1e+", "1e-", "1e+-1", "1.5e", "1.5E-", "1ee5", "1e.5",
    ] {
        for (before, behind) in [("", ""), ("[0,", "]"), ("{\"a\":", ",\"b\":1}")] {
            let json = format!("{before}{malformed}{behind}");
            let found = syntax_error(&json);
            assert_eq!(found, (before.len(), "a malformed number"), "{json}");
        }
    }
}
