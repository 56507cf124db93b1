//! Sealed tokens.

use groupme_client::Token;
use groupme_relay::{AccountName, Keys, SealError};

const SECRET: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCD";

fn account(user: &str) -> AccountName {
    AccountName::new("t", user).unwrap()
}

fn keys(lines: &[&str]) -> Keys {
    Keys::parse(&lines.join("\n")).unwrap()
}

#[test]
fn a_token_is_opened_by_the_key_that_sealed_it_for_its_account_only() {
    let (old, new) = (Keys::generate().unwrap(), Keys::generate().unwrap());
    let sealed = keys(&[&old])
        .seal(&account("1"), &Token::new(SECRET).unwrap())
        .unwrap();
    let opened = |keys: &Keys, user: &str| {
        let token = keys.open(&account(user), &sealed);
        token.map(|token| token.expose().to_owned())
    };
    assert_eq!(opened(&keys(&[&old]), "1").unwrap(), SECRET);
    // The second key of a rotation opens what the first one will seal no more.
    assert_eq!(opened(&keys(&[&new, &old]), "1").unwrap(), SECRET);
    assert!(matches!(
        opened(&keys(&[&new]), "1"),
        Err(SealError::Opening { .. })
    ));
    assert!(opened(&keys(&[&old]), "2").is_err());
}

#[test]
fn no_byte_of_a_sealed_token_may_change() {
    let key = Keys::generate().unwrap();
    let keys = keys(&[&key]);
    let token = Token::new(SECRET).unwrap();
    let sealed = keys.seal(&account("1"), &token).unwrap();
    assert_ne!(sealed, keys.seal(&account("1"), &token).unwrap());
    let text = serde_json::to_string(&sealed).unwrap();
    for at in 1..text.len() - 1 {
        let mut bytes = text.clone().into_bytes();
        bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
        let changed = serde_json::from_slice(&bytes).unwrap();
        assert!(keys.open(&account("1"), &changed).is_err(), "{at}");
    }
    for text in ["\"\"", "\"00\"", "\"zz\"", "\"é\""] {
        let damaged = serde_json::from_str(text).unwrap();
        assert!(keys.open(&account("1"), &damaged).is_err(), "{text}");
    }
}

#[test]
fn neither_keys_nor_tokens_are_shown() {
    let key = Keys::generate().unwrap();
    let keys = keys(&[&key]);
    let sealed = keys
        .seal(&account("1"), &Token::new(SECRET).unwrap())
        .unwrap();
    let shown = format!("{keys:?} {sealed:?}");
    assert_eq!(shown, "Keys(1) SealedToken");
    assert!(!serde_json::to_string(&sealed).unwrap().contains(SECRET));
}

#[test]
fn a_key_file_names_its_damaged_line() {
    let key = Keys::generate().unwrap();
    assert_eq!(Keys::parse("\n \n").unwrap_err(), SealError::NoKey);
    for damaged in ["12", "zz", &key[1..], &format!("{key}0")] {
        let text = format!("{key}\n\n{damaged}\n");
        assert_eq!(Keys::parse(&text).unwrap_err(), SealError::Key { line: 3 });
    }
}
