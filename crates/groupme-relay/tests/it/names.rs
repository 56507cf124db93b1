//! Names of accounts, and subjects.

use groupme_relay::{AccountName, ClaimId, Content, NameError, NodeId, State, Word, Writer};
use groupme_relay::{Action, Appended, Entry, Last};

/// Returns the entry that a writer makes of a content.
fn entry(content: Content) -> Entry {
    let account = AccountName::new("t", "185").unwrap();
    let mut writer = Writer::new(account, &NodeId::new(7), 1);
    let now = core::time::Duration::ZERO;
    assert_eq!(writer.poll(now, 1), Some(Action::Last));
    writer.handle_last(now, Last::Empty);
    assert!(matches!(writer.poll(now, 1), Some(Action::Append { .. })));
    writer.handle_appended(now, Appended::At(1));
    assert_eq!(writer.state(), State::Idle);
    writer.offer(content, None);
    match writer.poll(now, 1) {
        Some(Action::Append { entry, after: 1 }) => *entry,
        other => panic!("{other:?}"),
    }
}

#[test]
fn accounts_are_a_tenant_and_a_user() {
    let account: AccountName = "team-1.185".parse().unwrap();
    assert_eq!((account.tenant(), account.user()), ("team-1", "185"));
    assert_eq!(account.log(), "gm.team-1.185.>");
    assert_eq!(account.to_string(), "team-1.185");
}

#[test]
fn a_name_that_a_subject_cannot_have_is_no_account() {
    for text in [
        "185", "t.", ".185", "T.185", "t.1.2", "t.*", "t.>", "t.1 2", "t._", "t t.1", "t.ü",
    ] {
        assert!(text.parse::<AccountName>().is_err(), "{text}");
    }
    let long = "t".repeat(33);
    assert!(matches!(
        AccountName::new(&long, "1"),
        Err(NameError::Tenant(_))
    ));
    assert!(AccountName::new("t", &"1".repeat(65)).is_err());
}

#[test]
fn an_event_has_a_subject_of_five_tokens_whatever_its_names() {
    let content = Content::event("line.create", "1835", "m/1835/1", "push", "{}");
    assert_eq!(entry(content).subject(), "gm.t.185.1835.line_create");
    let content = Content::event("direct_message.create", "1+2", "m/1+2/1", "push", "{}");
    assert_eq!(
        entry(content).subject(),
        "gm.t.185.1+2.direct_message_create"
    );
    let content = Content::event("a.*>b c", "", "x/1", "push", "{}");
    assert_eq!(entry(content).subject(), "gm.t.185._.a___b_c");
    let long = "9".repeat(1000);
    let content = Content::event("", &long, "x/1", "push", "{}");
    assert_eq!(entry(content).subject().split('.').count(), 5);
}

#[test]
fn the_relays_own_words_have_no_conversation_in_their_subject() {
    let content = Content::word(Word::Behind, "1835", "{}");
    assert_eq!(entry(content).subject(), "gm.t.185._.behind");
    for slot in [0, 1] {
        let snapshot = entry(Content::snapshot(slot, "1"));
        assert_eq!(snapshot.subject(), format!("gm.t.185._.snapshot.{slot}"));
    }
}

#[test]
fn a_snapshot_takes_no_place_and_yet_has_an_id_of_its_own() {
    let word = entry(Content::word(Word::Mark, "", "{}"));
    let snapshot = entry(Content::snapshot(0, "1"));
    assert_eq!((word.place, snapshot.place), (2, 1));
    assert_ne!(word.id(), snapshot.id());
    assert_eq!(word.id(), "t.185/0000000000000007-1/2");
}

#[test]
fn a_claim_names_its_node() {
    let (node, other) = (NodeId::new(7), NodeId::new(8));
    let claim = ClaimId::new(&node, 12);
    assert!(claim.is_of(&node) && !claim.is_of(&other));
    assert_eq!(NodeId::parse(node.as_str()), Some(node));
    assert_eq!(NodeId::parse("7"), None);
}
