//! Channel names: building and parsing.

use groupme_model::{Channel, ChannelError, ConversationId, GroupId, UserId, UserPair, channel};

#[test]
fn users_and_groups_have_channels() {
    assert_eq!(channel::user(&UserId::from("185")).unwrap(), "/user/185");
    assert_eq!(channel::group(&GroupId::from(1835)).unwrap(), "/group/1835");
}

#[test]
fn an_id_cannot_name_another_channel_or_a_channel_pattern() {
    for text in [
        "",
        "*",
        "**",
        "1/2",
        "1 2",
        "../meta/connect",
        "\u{661}",
        "1+2",
    ] {
        assert_eq!(
            channel::user(&UserId::from(text)),
            Err(ChannelError::InvalidUserId),
            "{text}"
        );
        assert_eq!(
            channel::group(&GroupId::from(text)),
            Err(ChannelError::InvalidGroupId),
            "{text}"
        );
    }
}

#[test]
fn a_direct_message_channel_has_the_lower_number_first_in_whichever_order_the_users_are_given() {
    for text in ["9+10", "10+9", "9_10", "10_9"] {
        let pair: UserPair = text.parse().unwrap();
        assert_eq!(
            channel::direct_message(&pair),
            "/direct_message/9_10",
            "{text}"
        );
        assert_eq!(pair.conversation_id(), "9+10", "{text}");
    }
    let pair = UserPair::new(&UserId::from("130000022"), &UserId::from("90000011")).unwrap();
    assert_eq!(
        channel::direct_message(&pair),
        "/direct_message/90000011_130000022"
    );
    assert_eq!(
        UserPair::try_from(&ConversationId::from("90000011+130000022")).unwrap(),
        pair
    );
}

#[test]
fn numbers_beyond_64_bits_are_ordered_as_well() {
    let pair: UserPair = "18446744073709551616+9999999999999999999".parse().unwrap();
    assert_eq!(pair.lower(), &UserId::from("9999999999999999999"));
}

#[test]
fn text_that_is_not_two_user_ids_is_refused() {
    for text in [
        "", "1", "1+", "+2", "_", "1+2+3", "1_2_3", "1-2", "a+b", "1+system", "-1+2", "1 + 2",
    ] {
        assert_eq!(
            text.parse::<UserPair>(),
            Err(ChannelError::InvalidUserPair),
            "{text}"
        );
    }
    let system = UserPair::new(&UserId::from("1"), &UserId::from("system"));
    assert_eq!(system, Err(ChannelError::InvalidUserPair));
}

#[test]
fn the_other_user_of_a_pair_is_found() {
    let pair: UserPair = "1+2".parse().unwrap();
    assert_eq!(pair.other(&UserId::from("1")), Some(pair.higher()));
    assert_eq!(pair.other(&UserId::from("2")), Some(pair.lower()));
    assert_eq!(pair.other(&UserId::from("3")), None);
}

#[test]
fn channel_names_are_parsed() {
    assert_eq!(Channel::from_name("/user/185"), Channel::User("185".into()));
    assert_eq!(
        Channel::from_name("/group/1835"),
        Channel::Group("1835".into())
    );
    assert_eq!(
        Channel::from_name("/direct_message/9_10"),
        Channel::DirectMessage("9".into(), "10".into())
    );
    for name in [
        "",
        "/",
        "/user/",
        "/user/1/2",
        "/group/**",
        "/direct_message/1+2",
        "/meta/connect",
    ] {
        assert_eq!(Channel::from_name(name), Channel::Other(name));
    }
}

#[test]
fn errors_name_the_expected_form() {
    assert_eq!(
        "12".parse::<UserPair>().unwrap_err().to_string(),
        "not a direct conversation: expected the numbers of its two users, such as 1+2 or 1_2"
    );
}
