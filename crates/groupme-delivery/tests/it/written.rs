//! Written form of changes and of saved states.

use groupme_delivery::{Change, MessageState, Saved, WrittenError};
use groupme_model::Timestamp;

const MESSAGE: &str = "179573141902049869";
const NEXT: &str = "179573142000000001";

/// Ids as GroupMe sends them, and as it never should.
const IDS: [&str; 12] = [
    MESSAGE,
    NEXT,
    "1",
    "0",
    "007",
    "18446744073709551615",
    "18446744073709551616",
    "",
    "%",
    "+5",
    "a;b,c'd\n e",
    "ünï💥",
];

fn state(edited: i64, content: u64, reactions: u64, flags: u8) -> MessageState {
    let mut bytes = Vec::new();
    bytes.extend(edited.to_le_bytes());
    bytes.extend(content.to_le_bytes());
    bytes.extend(reactions.to_le_bytes());
    bytes.push(flags);
    MessageState::from_bytes(&bytes).unwrap()
}

fn all_changes() -> Vec<Change> {
    let mut changes = vec![
        Change::LeftGroupsKnown,
        Change::SyncedUntil(Timestamp::from_millis(i64::MAX)),
        Change::Baseline(Timestamp::from_millis(-1)),
    ];
    let states = [
        MessageState::default(),
        state(1_795_731_419, u64::MAX, 1, 3),
        state(i64::MIN, 0, 0, 0),
        state(0, 0, u64::MAX, 2),
        state(0, 7, 0, 1),
    ];
    for conversation in IDS {
        changes.push(Change::Left {
            conversation: conversation.into(),
        });
        for (message, state) in IDS.iter().zip(states.iter().cycle()) {
            let (conversation, message) = (conversation.into(), (*message).into());
            changes.push(Change::Seen {
                conversation,
                message,
                state: *state,
            });
        }
        for message in IDS {
            changes.push(Change::Cursor {
                conversation: conversation.into(),
                message: message.into(),
            });
            changes.push(Change::Cursor {
                conversation: conversation.into(),
                message: message.into(),
            });
        }
        for message in IDS {
            changes.push(Change::Forgotten {
                conversation: conversation.into(),
                message: message.into(),
            });
        }
        changes.push(Change::Returned {
            conversation: conversation.into(),
        });
    }
    changes
}

#[test]
fn changes_of_every_kind_and_any_id_are_read_as_written() {
    let changes = all_changes();
    let text = Change::write_all(&changes);
    assert_eq!(Change::read_all(&text).unwrap(), changes);
    // Each change alone has to name its conversation, and to count from nothing.
    for change in &changes {
        let alone = Change::write_all(core::slice::from_ref(change));
        assert_eq!(
            Change::read_all(&alone).unwrap(),
            core::slice::from_ref(change),
            "{alone}"
        );
    }
}

#[test]
fn the_text_may_stand_in_a_header_and_has_no_empty_field() {
    let text = Change::write_all(&all_changes());
    assert!(text.bytes().all(|byte| byte.is_ascii_graphic()));
    assert!(!text.contains(";;") && !text.contains(",,") && !text.ends_with([';', ',']));
    assert_eq!(Change::write_all(&[]), "1");
    assert_eq!(Change::read_all("1").unwrap(), []);
}

#[test]
fn a_saved_state_is_read_as_written() {
    let mut saved = Saved::default();
    for change in all_changes() {
        if !matches!(change, Change::Forgotten { .. } | Change::Returned { .. }) {
            saved.apply(&change);
        }
    }
    assert!(
        saved
            .conversations
            .values()
            .any(|conversation| conversation.is_left)
    );
    assert_eq!(Saved::read(&saved.write()).unwrap(), saved);
    assert_eq!(Saved::read("1").unwrap(), Saved::default());
    assert_eq!(Saved::default().write(), "1");
}

#[test]
fn a_delivered_message_takes_a_few_dozen_bytes_and_a_remembered_one_ten() {
    let (conversation, state) = ("1835", MessageState::default());
    let delivered = Change::write_all(&[
        Change::Seen {
            conversation: conversation.into(),
            message: MESSAGE.into(),
            state,
        },
        Change::Cursor {
            conversation: conversation.into(),
            message: MESSAGE.into(),
        },
    ]);
    assert_eq!(delivered, "1;c1835;s2q8aqd2mpeoq;u");

    let mut saved = Saved::default();
    for number in 0..100_u64 {
        saved.apply(&Change::Seen {
            conversation: conversation.into(),
            // A message every five minutes.
            message: (179_573_141_902_049_869 + number * 30_000_000_000).into(),
            state,
        });
    }
    let bytes = saved.write().len();
    assert!(bytes <= 100 * 11, "{bytes}");
}

#[test]
fn a_text_of_another_version_is_refused_by_name() {
    for text in [
        "2;k",
        "",
        "1x",
        "11;k",
        "a very long text that is no version",
    ] {
        let error = Change::read_all(text).unwrap_err();
        assert!(matches!(&error, WrittenError::Version { .. }), "{text}");
        assert!(error.to_string().len() < 140, "{error}");
    }
}

#[test]
fn a_damaged_text_is_refused_with_the_number_of_the_entry() {
    for text in [
        "1;",
        "1;x",
        "1;k1",
        "1;l",
        "1;u",
        "1;s5",
        "1;c",
        "1;c1;u",
        "1;c1;s",
        "1;c1;s-5",
        "1;c1;s5,",
        "1;c1;s5,d,d",
        "1;c1;s5,p,d",
        "1;c1;s5,x1",
        "1;c1;s5,e",
        "1;c1;s5,h+1",
        "1;c1;s'",
        "1;c1;s'5",
        "1;c1;s'%zz",
        "1;c1;s'%ff",
        "1;c1;s'%c",
        "1;c1;l2",
        "1;t",
        "1;t1.5",
        "1;c1;s3w5e11264sgsg",
        "1;c1 ",
        "1;é",
        "1;c1;s5,é",
    ] {
        let entries = text.matches(';').count();
        let expected = WrittenError::Damaged { entry: entries };
        assert_eq!(Change::read_all(text).unwrap_err(), expected, "{text}");
    }
}

#[test]
fn no_text_makes_the_reader_panic() {
    let whole = Change::write_all(&all_changes());
    for end in (0..whole.len()).step_by(7) {
        let _ = Change::read_all(&whole[..end]);
        let mut bytes = whole.clone().into_bytes();
        bytes[end] = b"%;,'s9z"[end % 7];
        let text = String::from_utf8(bytes).unwrap();
        if let Ok(changes) = Change::read_all(&text) {
            assert_eq!(
                Change::read_all(&Change::write_all(&changes)).unwrap(),
                changes
            );
        }
    }
}
