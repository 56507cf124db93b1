//! Where the calls lead of which no request was recorded, because they have no body.

use groupme_model::{ConversationId, Draft, GroupId, MembershipId, MessageId, Timestamp, UserId};
use groupme_rest::{
    Call, Conversation, Options, Repeat,
    endpoint::{
        Page, blocks, bots, calendar, chats, directories, gallery, groups, members,
        messages::{self, Window},
        pins, polls, reactions, receipts, relationships, topics, users,
    },
};

use crate::world::token;

fn address<T>(call: &Call<T>) -> String {
    let request = call
        .request(&Options::default().services, &token(), Some(&"185".into()))
        .unwrap();
    assert_eq!(
        !request.body().is_empty(),
        request.headers().contains_key("content-type")
    );
    let url = request.uri().to_string();
    let url = url.replacen("https://api.groupme.com/", "", 1);
    let doubles = match call.repeat() {
        Repeat::NonIdempotent => " once",
        _ => "",
    };
    format!("{} {url}{doubles}", request.method())
}

#[test]
fn calls_about_messages_lead_where_they_should() {
    let direct = ConversationId::from("185+230");
    let group = Conversation::Group("1835".into());
    let user = Conversation::User("230".into());
    let message = MessageId::from("9");
    let list = |conversation, window| address(&messages::list(conversation, &window, 500));
    for (found, expected) in [
        (
            list(&group, Window::Newest),
            "GET v3/groups/1835/messages?limit=200&acceptFiles=1",
        ),
        (
            list(&group, Window::Before("9".into())),
            "GET v3/groups/1835/messages?before_id=9&limit=200&acceptFiles=1",
        ),
        (
            list(&group, Window::Since("9".into())),
            "GET v3/groups/1835/messages?since_id=9&limit=200&acceptFiles=1",
        ),
        (
            list(&user, Window::After("9".into())),
            "GET v3/direct_messages?other_user_id=230&after_id=9&limit=200&acceptFiles=1",
        ),
        (
            address(&messages::show(&group, &message)),
            "GET v4/groups/1835/messages/9",
        ),
        (
            address(&messages::show(&user, &message)),
            "GET v3/direct_messages/9?other_user_id=230",
        ),
        (
            address(&messages::edit(&user, &message, Draft::new("x")).unwrap()),
            "PUT v4/direct_messages/230/messages/9",
        ),
        (
            address(&messages::delete(&direct, &message)),
            "DELETE v3/conversations/185+230/messages/9",
        ),
        (
            address(&messages::clear_history(&user)),
            "POST https://v2.groupme.com/direct_messages/clear_history?other_user_id=230",
        ),
    ] {
        assert_eq!(found, expected);
    }
}

#[test]
fn calls_about_what_surrounds_messages_lead_where_they_should() {
    let direct = ConversationId::from("185+230");
    let group = Conversation::Group("1835".into());
    let user = Conversation::User("230".into());
    let message = MessageId::from("9");
    for (found, expected) in [
        (
            address(&reactions::like(&direct, &message, None)),
            "POST v3/messages/185+230/9/like",
        ),
        (
            address(&reactions::unlike(&direct, &message)),
            "POST v3/messages/185+230/9/unlike",
        ),
        (
            address(&reactions::popular("1835", reactions::Period::Week)),
            "GET v3/groups/1835/likes?period=week",
        ),
        (
            address(&reactions::mine(&group)),
            "GET v3/groups/1835/likes/mine",
        ),
        (
            address(&reactions::for_me(&group)),
            "GET v3/groups/1835/likes/for_me",
        ),
        (
            address(&reactions::mine(&user)),
            "GET v4/likes/direct_messages/mine?other_user_id=230",
        ),
        (
            address(&reactions::for_me(&user)),
            "GET v4/likes/direct_messages/for_me?other_user_id=230",
        ),
        (
            address(&pins::pin(&direct, &message)),
            "POST v3/conversations/185+230/messages/9/pin",
        ),
        (
            address(&pins::unpin(&direct, &message)),
            "POST v3/conversations/185+230/messages/9/unpin",
        ),
        (
            address(&pins::list(&group)),
            "GET v3/pinned/groups/1835/messages",
        ),
        (
            address(&pins::list(&user)),
            "GET v3/pinned/direct_messages?other_user_id=230",
        ),
        (
            address(&pins::conversations()),
            "GET v4/pinned_conversations",
        ),
        (
            address(&receipts::read(&direct)),
            "POST v3/conversations/185+230/read_receipt",
        ),
        (
            address(&receipts::read_many([(&direct, &message)])),
            "POST v4/read_receipts",
        ),
        (
            address(&receipts::read_all()),
            "POST v4/conversations/mark_all_read",
        ),
        (address(&receipts::list()), "GET v4/read_receipts"),
        (
            address(&gallery::list(&direct, Some(Timestamp::EPOCH), 9)),
            "GET v3/conversations/185+230/gallery?acceptFiles=1&limit=9&before=1970-01-01T00%3A00%3A00Z",
        ),
        (
            address(&chats::list(Page::new(2, 50))),
            "GET v3/chats?page=2&per_page=50",
        ),
        (address(&chats::show(&direct)), "GET v3/chats/185+230"),
        (address(&chats::delete(&direct)), "DELETE v3/chats/185+230"),
        (
            address(&chats::approve(&direct)),
            "POST v3/chats/185+230/approve",
        ),
    ] {
        assert_eq!(found, expected);
    }
}

#[test]
fn calls_about_groups_lead_where_they_should() {
    let (group, topic) = (GroupId::from("1835"), GroupId::from("2"));
    let member = MembershipId::from("7");
    for (found, expected) in [
        (address(&groups::list(Page::default())), "GET v3/groups"),
        (
            address(&groups::list_briefly(Page::new(1, 100))),
            "GET v3/groups?page=1&per_page=100&omit=memberships",
        ),
        (address(&groups::former()), "GET v3/groups/former"),
        (
            address(&groups::membership_states()),
            "GET v3/memberships/states",
        ),
        (address(&groups::show(&group)), "GET v3/groups/1835"),
        (
            address(&groups::preview(&group, Some("link"))),
            "GET v3/groups/1835/preview/link",
        ),
        (
            address(&groups::create(&groups::GroupSettings::default())),
            "POST v3/groups once",
        ),
        (
            address(&groups::destroy(&group)),
            "POST v3/groups/1835/destroy",
        ),
        (address(&groups::rejoin(&group)), "POST v3/groups/join"),
        (
            address(&groups::change_owners(&[])),
            "POST v3/groups/change_owners",
        ),
        (
            address(&groups::unmute(&group)),
            "POST https://v2.groupme.com/groups/1835/memberships/unmute",
        ),
        (
            address(&groups::unmute_all(&group)),
            "POST v3/groups/1835/memberships/unmute_all",
        ),
        (
            address(&members::list(&group)),
            "GET v3/groups/1835/members?filter=active",
        ),
        (
            address(&members::former(&group)),
            "GET v3/groups/1835/members?filter=inactive",
        ),
        (
            address(&members::add(&group, &[])),
            "POST v3/groups/1835/members/add once",
        ),
        (
            address(&members::remove(&group, &member)),
            "POST v3/groups/1835/members/7/remove",
        ),
        (
            address(&members::ban_or_leave(&group, &member)),
            "POST https://v2.groupme.com/groups/1835/memberships/7/destroy",
        ),
        (
            address(&members::pending(&group)),
            "GET v3/groups/1835/pending_memberships",
        ),
        (
            address(&topics::list(&group)),
            "GET v3/groups/1835/subgroups",
        ),
        (
            address(&topics::show(&group, &topic)),
            "GET v3/groups/1835/subgroups/2",
        ),
        (
            address(&topics::delete(&group, &topic)),
            "DELETE v3/groups/1835/subgroups/2",
        ),
        (
            address(&topics::unmute(&group, &topic)),
            "POST v3/groups/1835/subgroups/2/unmute",
        ),
    ] {
        assert_eq!(found, expected);
    }
}

#[test]
fn calls_about_users_lead_where_they_should() {
    let other = UserId::from("230");
    for (found, expected) in [
        (address(&users::me()), "GET v3/users/me"),
        (
            address(&users::disable_sms()),
            "POST v3/users/sms_mode/delete",
        ),
        (address(&blocks::list()), "GET v3/blocks?user=185"),
        (
            address(&blocks::between(&other)),
            "GET v3/blocks/between?user=185&otherUser=230",
        ),
        (
            address(&blocks::create(&other)),
            "POST v3/blocks?user=185&otherUser=230",
        ),
        (
            address(&blocks::delete(&other)),
            "DELETE v3/blocks?user=185&otherUser=230",
        ),
        (
            address(&relationships::list(true, Some("a+b="))),
            "GET v4/relationships?include_blocked=true&page=a%2Bb%3D",
        ),
        (
            address(&relationships::delete(&other)),
            "DELETE v4/relationships/230",
        ),
        (address(&directories::show()), "GET v3/directories"),
        (
            address(&directories::leave("1928")),
            "DELETE v3/directories/1928/membership",
        ),
        (address(&directories::search("a b")), "GET v1/search?q=a+b"),
        (address(&directories::popular()), "GET v1/search/popular"),
    ] {
        assert_eq!(found, expected);
    }
}

#[test]
fn all_other_calls_lead_where_they_should() {
    let group = ConversationId::from("1835");
    for (found, expected) in [
        (
            address(&polls::list(&group, Some("more"))),
            "GET v3/poll/1835?continuation_token=more",
        ),
        (address(&polls::show(&group, "7")), "GET v3/poll/1835/7"),
        (
            address(&polls::vote(&group, "7", "1")),
            "POST v3/poll/1835/7/1",
        ),
        (address(&polls::end(&group, "7")), "POST v3/poll/1835/7/end"),
        (
            address(&calendar::list(&group, Timestamp::EPOCH, 5)),
            "GET v3/conversations/1835/events/list?end_at=1970-01-01T00%3A00%3A00Z&limit=5",
        ),
        (
            address(&calendar::show(&group, "e")),
            "GET v3/conversations/1835/events/show?event_id=e",
        ),
        (
            address(&calendar::delete(&group, "e")),
            "DELETE v3/conversations/1835/events/delete?event_id=e",
        ),
        (
            address(&calendar::answer(&group, "e", true)),
            "POST v3/conversations/1835/events/rsvp?event_id=e&going=true",
        ),
        (
            address(&calendar::take_back_answer(&group, "e")),
            "DELETE v3/conversations/1835/events/rsvp/delete?event_id=e",
        ),
        (address(&bots::list()), "GET v3/bots"),
        (
            address(&bots::post("b", Draft::new("x")).unwrap()),
            "POST v3/bots/post once",
        ),
        (address(&bots::destroy("b")), "POST v3/bots/destroy"),
    ] {
        assert_eq!(found, expected);
    }
}

/// Every id that names the direct conversation of 185 and 230.
fn direct_conversations() -> [Conversation; 3] {
    [
        Conversation::from(UserId::from("230")),
        Conversation::from(ConversationId::from("185+230")),
        Conversation::from(ConversationId::from("230_185")),
    ]
}

#[test]
fn every_id_of_a_direct_conversation_leads_to_the_same_places() {
    for conversation in direct_conversations() {
        for (found, expected) in [
            (
                address(&messages::list(&conversation, &Window::Newest, 9)),
                "GET v3/direct_messages?other_user_id=230&limit=9&acceptFiles=1",
            ),
            (
                address(&messages::delete(&conversation, "9")),
                "DELETE v3/conversations/185+230/messages/9",
            ),
            (
                address(&messages::edit(&conversation, "9", "x").unwrap()),
                "PUT v4/direct_messages/230/messages/9",
            ),
            (
                address(&reactions::like(&conversation, "9", None)),
                "POST v3/messages/185+230/9/like",
            ),
            (
                address(&pins::list(&conversation)),
                "GET v3/pinned/direct_messages?other_user_id=230",
            ),
            (
                address(&receipts::read(&conversation)),
                "POST v3/conversations/185+230/read_receipt",
            ),
        ] {
            assert_eq!(found, expected, "{conversation:?}");
        }
    }
}

#[test]
fn ids_in_bodies_and_headers_are_those_that_groupme_wants() {
    let body = |call: &dyn Fn(&Conversation) -> http::Request<bytes::Bytes>| {
        direct_conversations().map(|conversation| {
            let request = call(&conversation);
            String::from_utf8(request.body().to_vec()).unwrap()
        })
    };
    let request = |call: &Call<_>| {
        call.request(&Options::default().services, &token(), Some(&"185".into()))
            .unwrap()
    };
    let sent =
        body(&|conversation| request(&messages::send(conversation, "hi", "g".into()).unwrap()));
    let expected = r#"{"direct_message":{"source_guid":"g","recipient_id":"230","text":"hi","attachments":[]}}"#;
    assert_eq!(sent, [expected; 3]);
}

#[test]
fn a_call_needs_the_user_only_where_an_id_depends_on_it() {
    let group = GroupId::from("1835");
    let user = UserId::from("230");
    let direct = ConversationId::from("185+230");
    let needs_user = [
        (messages::delete(&group, "9").needs_user(), false),
        (messages::delete(&direct, "9").needs_user(), false),
        (messages::delete(&user, "9").needs_user(), true),
        (messages::clear_history(&direct).needs_user(), true),
        (messages::clear_history(&user).needs_user(), false),
        (blocks::create(&user).needs_user(), true),
        (users::me().needs_user(), false),
    ];
    assert!(
        needs_user.iter().all(|(found, expected)| found == expected),
        "{needs_user:?}"
    );
    let services = Options::default().services;
    let call = messages::delete(&user, "9");
    let error = call.request(&services, &token(), None).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("it needs the id of the token's user")
    );
    let others = messages::clear_history(ConversationId::from("1+2"));
    let error = others
        .request(&services, &token(), Some(&"185".into()))
        .unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("its conversation is between two other users")
    );
}
