//! Validation of channel names.
//!
//! A comment such as `C001` above a test names its case in `CONFORMANCE.md`.

use bayeux_proto::{Channel, Config, Misuse, Session};

use crate::world::World;

// C086
#[test]
fn names_outside_the_grammar_are_refused_at_once() {
    let names = [
        "foo", "/foo/", "/", "", "/a b", "/a/*/b", "/a+b", "/é", "//a", "/a*", "/**/b",
    ];
    for name in names {
        let refused = Channel::new(name);
        assert_eq!(
            refused,
            Err(Misuse::InvalidChannel {
                name: name.to_owned()
            }),
            "{name:?}"
        );
    }
    let long = Channel::new(&"x".repeat(1_000_000)).unwrap_err();
    assert!(long.to_string().len() < 400, "an error quotes no megabyte");
}

// C086
#[test]
fn meta_channels_cannot_be_subscribed() {
    let mut session = Session::new(Config::default(), 7);
    for name in ["/meta/x", "/meta/connect", "/meta/*", "/meta/**", "/meta"] {
        assert_eq!(
            session.subscribe(&Channel::new(name).unwrap()),
            Err(Misuse::ForbiddenChannel {
                name: name.to_owned()
            }),
        );
    }
    assert!(session.subscribe(&Channel::new("/metal").unwrap()).is_ok());
}

// C087
#[test]
fn lenient_names_are_accepted_on_request() {
    for name in [
        "/data/X__e",
        "/a.b",
        "/topic/X?f=1",
        "/topic/MyTopic?ShippingCity='San Francisco'&Amount=1,000",
        "/é",
        "/a+b",
        "/a\t\n\0",
        "/",
        "//",
        "/a/",
    ] {
        assert_eq!(Channel::lenient(name).unwrap().as_str(), name);
        assert!(!Channel::lenient(name).unwrap().is_pattern());
    }
    for name in ["foo", "", " /a", "*"] {
        assert!(Channel::lenient(name).is_err(), "{name:?}");
    }
    let literal = Channel::lenient("/a/*/b").unwrap();
    assert!(!literal.is_pattern() && !literal.matches("/a/x/b"));
    assert!(Channel::lenient("/a b/*").unwrap().matches("/a b/c"));
}

// C087
#[test]
fn a_lenient_name_is_sent_as_valid_json() {
    let mut world = World::established();
    world
        .session
        .subscribe(&Channel::lenient("/a\"b\\c d\n").unwrap())
        .unwrap();
    world.drain();
    let request = world.last("/meta/subscribe");
    assert!(
        request
            .json
            .ends_with(r#""subscription":"/a\"b\\c d\u000a"}"#),
        "{}",
        request.json
    );
}
