//! Repeated keys: the last one counts, as in JavaScript.

use bayeux_proto::{Advice, Timing};

use crate::oracle::decode;

#[test]
fn get_finds_the_last_of_equal_keys() {
    let frame = decode(r#"{"data":{"a":1,"b":2,"a":{"a":0},"c":3,"\u0061":4}}"#).unwrap();
    let data = frame.message(0).unwrap().data().unwrap();
    assert_eq!(data.get("a").unwrap().as_i64(), Some(4));
    assert_eq!(data.len(), 5);
    let keys: Vec<_> = data.entries().map(|(key, _)| key).collect();
    assert_eq!(keys, ["a", "b", "a", "c", "a"]);
}

#[test]
fn the_envelope_takes_the_last_of_equal_members() {
    let frame = decode(
        r#"{"channel":"/a","id":"1","successful":true,"channel":"/b","id":2,"successful":false}"#,
    )
    .unwrap();
    let message = frame.message(0).unwrap();
    let envelope = message.envelope();
    assert_eq!(envelope.channel, "/b");
    assert_eq!(message.channel(), "/b");
    assert_eq!(envelope.id, Some(bayeux_proto::BayeuxId::Number(2)));
    assert_eq!(envelope.successful, Some(false));
}

#[test]
fn a_later_member_of_the_wrong_type_hides_an_earlier_one() {
    let frame = decode(
        r#"{"channel":"/a","channel":7,"advice":{"interval":5},"advice":null,
            "clientId":"x","clientId":null,"supportedConnectionTypes":["websocket"],
            "supportedConnectionTypes":"websocket"}"#,
    )
    .unwrap();
    let message = frame.message(0).unwrap();
    assert_eq!(message.channel(), "");
    let envelope = message.envelope();
    assert_eq!(envelope.channel, "");
    assert_eq!(envelope.advice, None);
    assert_eq!(envelope.client_id, None);
    assert_eq!(envelope.supported_connection_types, None);
}

#[test]
fn a_later_advice_replaces_an_earlier_one_completely() {
    let frame = decode(
        r#"{"advice":{"interval":5,"reconnect":"none"},"advice":{"timeout":6,"timeout":"x"}}"#,
    )
    .unwrap();
    assert_eq!(
        frame.message(0).unwrap().envelope().advice,
        Some(Advice::default())
    );
    let frame = decode(r#"{"advice":{"interval":5,"interval":6}}"#).unwrap();
    let timing = Timing {
        interval: Some(6),
        ..Timing::default()
    };
    let advice = frame.message(0).unwrap().envelope().advice;
    assert_eq!(
        advice,
        Some(Advice {
            timing,
            ..Advice::default()
        })
    );
}
