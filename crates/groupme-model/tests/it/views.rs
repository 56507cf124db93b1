//! Size of views, and access to fields at any position.

use groupme_model::{EventRef, MessageRef};

use crate::payload::Payload;

#[test]
fn views_are_cheap_to_pass_around() {
    assert!(size_of::<MessageRef<'_>>() <= 80);
    assert!(size_of::<EventRef<'_>>() <= 128);
}

#[test]
fn fields_after_more_values_than_a_view_can_count_are_found() {
    for zeros in (235..260).chain([65_533, 70_000]) {
        let padding = vec!["0"; zeros].join(",");
        let json = format!(
            r#"{{"type":"line.create","subject":{{"text":"old","padding":[{padding}],"id":"1","text":"new","system":false}}}}"#
        );
        let payload = Payload::new(&json);
        let message = EventRef::from_value(payload.value())
            .message()
            .expect("a message");
        assert_eq!(message.id(), "1", "{zeros}");
        assert_eq!(message.text(), Some("new"), "{zeros}");
        assert_eq!(message.system(), Some(false), "{zeros}");
        assert_eq!(message.name(), None, "{zeros}");
        assert_eq!(message.into_owned(), message, "{zeros}");
    }
}
