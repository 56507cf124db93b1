//! Methods and URLs of all calls without a recorded request, because they have no body.

use groupme_model::{
    ConversationId, Draft, GroupId, HistoryWindow, MembershipId, MessageId, Timestamp, UserId,
};
use groupme_rest::{
    Call, Conversation, Options,
    endpoint::{
        Page, blocks, bots, calendar, chats, directories, gallery, groups, members, messages, pins,
        polls, reactions, receipts, relationships, topics, users,
    },
};

use crate::scripted::token;

/// Returns the method and the URL, and `once` if the call is not idempotent.
fn target<T>(call: &Call<T>) -> String {
    let request = call
        .request(&Options::default().services, &token(), Some(&"185".into()))
        .unwrap();
    assert_eq!(
        !request.body().is_empty(),
        request.headers().contains_key("content-type")
    );
    let url = request.uri().to_string();
    let url = url.replacen("https://api.groupme.com/", "", 1);
    let once = if call.is_idempotent() { "" } else { " once" };
    format!("{} {url}{once}", request.method())
}

#[test]
fn calls_about_messages_have_the_documented_urls() {
    let direct = ConversationId::from("185+230");
    let group = Conversation::Group("1835".into());
    let user = Conversation::User("230".into());
    let message = MessageId::from("9");
    let list = |conversation, window| target(&messages::list(conversation, &window, 500));
    for (found, expected) in [
        (
            list(&group, HistoryWindow::Newest),
            "GET v3/groups/1835/messages?limit=200&acceptFiles=1",
        ),
        (
            list(&group, HistoryWindow::Before("9".into())),
            "GET v3/groups/1835/messages?before_id=9&limit=200&acceptFiles=1",
        ),
        (
            list(&group, HistoryWindow::Since("9".into())),
            "GET v3/groups/1835/messages?since_id=9&limit=200&acceptFiles=1",
        ),
        (
            list(&user, HistoryWindow::After("9".into())),
            "GET v3/direct_messages?other_user_id=230&after_id=9&limit=200&acceptFiles=1",
        ),
        (
            target(&messages::show(&group, &message)),
            "GET v4/groups/1835/messages/9",
        ),
        (
            target(&messages::show(&user, &message)),
            "GET v3/direct_messages/9?other_user_id=230",
        ),
        (
            target(&messages::edit(&user, &message, Draft::new("x")).unwrap()),
            "PUT v4/direct_messages/230/messages/9",
        ),
        (
            target(&messages::delete(&direct, &message)),
            "DELETE v3/conversations/185+230/messages/9",
        ),
        (
            target(&messages::clear_history(&user)),
            "POST https://v2.groupme.com/direct_messages/clear_history?other_user_id=230",
        ),
    ] {
        assert_eq!(found, expected);
    }
}

#[test]
fn calls_about_reactions_pins_receipts_and_chats_have_the_documented_urls() {
    let direct = ConversationId::from("185+230");
    let group = Conversation::Group("1835".into());
    let user = Conversation::User("230".into());
    let message = MessageId::from("9");
    for (found, expected) in [
        (
            target(&reactions::like(&direct, &message, None)),
            "POST v3/messages/185+230/9/like",
        ),
        (
            target(&reactions::unlike(&direct, &message)),
            "POST v3/messages/185+230/9/unlike",
        ),
        (
            target(&reactions::popular("1835", reactions::Period::Week)),
            "GET v3/groups/1835/likes?period=week",
        ),
        (
            target(&reactions::mine(&group)),
            "GET v3/groups/1835/likes/mine",
        ),
        (
            target(&reactions::for_me(&group)),
            "GET v3/groups/1835/likes/for_me",
        ),
        (
            target(&reactions::mine(&user)),
            "GET v4/likes/direct_messages/mine?other_user_id=230",
        ),
        (
            target(&reactions::for_me(&user)),
            "GET v4/likes/direct_messages/for_me?other_user_id=230",
        ),
        (
            target(&pins::pin(&direct, &message)),
            "POST v3/conversations/185+230/messages/9/pin",
        ),
        (
            target(&pins::unpin(&direct, &message)),
            "POST v3/conversations/185+230/messages/9/unpin",
        ),
        (
            target(&pins::list(&group)),
            "GET v3/pinned/groups/1835/messages",
        ),
        (
            target(&pins::list(&user)),
            "GET v3/pinned/direct_messages?other_user_id=230",
        ),
        (
            target(&pins::conversations()),
            "GET v4/pinned_conversations",
        ),
        (
            target(&receipts::mark_read(&direct)),
            "POST v3/conversations/185+230/read_receipt",
        ),
        (
            target(&receipts::mark_many_read([(&direct, &message)])),
            "POST v4/read_receipts",
        ),
        (
            target(&receipts::mark_all_read()),
            "POST v4/conversations/mark_all_read",
        ),
        (target(&receipts::list()), "GET v4/read_receipts"),
        (
            target(&gallery::list(&direct, Some(Timestamp::EPOCH), 9)),
            "GET v3/conversations/185+230/gallery?acceptFiles=1&limit=9&before=1970-01-01T00%3A00%3A00Z",
        ),
        (
            target(&chats::list(Page::new(2, 50))),
            "GET v3/chats?page=2&per_page=50",
        ),
        (target(&chats::show(&direct)), "GET v3/chats/185+230"),
        (target(&chats::delete(&direct)), "DELETE v3/chats/185+230"),
        (
            target(&chats::approve(&direct)),
            "POST v3/chats/185+230/approve",
        ),
    ] {
        assert_eq!(found, expected);
    }
}

#[test]
fn calls_about_groups_have_the_documented_urls() {
    let (group, topic) = (GroupId::from("1835"), GroupId::from("2"));
    let member = MembershipId::from("7");
    for (found, expected) in [
        (target(&groups::list(Page::default())), "GET v3/groups"),
        (
            target(&groups::list_without_members(Page::new(1, 100))),
            "GET v3/groups?page=1&per_page=100&omit=memberships",
        ),
        (target(&groups::former()), "GET v3/groups/former"),
        (
            target(&groups::membership_states()),
            "GET v3/memberships/states",
        ),
        (target(&groups::show(&group)), "GET v3/groups/1835"),
        (
            target(&groups::preview(&group, Some("link"))),
            "GET v3/groups/1835/preview/link",
        ),
        (
            target(&groups::create(&groups::GroupSettings::default())),
            "POST v3/groups once",
        ),
        (
            target(&groups::destroy(&group)),
            "POST v3/groups/1835/destroy",
        ),
        (target(&groups::rejoin(&group)), "POST v3/groups/join"),
        (
            target(&groups::change_owners(&[])),
            "POST v3/groups/change_owners",
        ),
        (
            target(&groups::unmute(&group)),
            "POST https://v2.groupme.com/groups/1835/memberships/unmute",
        ),
        (
            target(&groups::unmute_all(&group)),
            "POST v3/groups/1835/memberships/unmute_all",
        ),
        (
            target(&members::list(&group)),
            "GET v3/groups/1835/members?filter=active",
        ),
        (
            target(&members::former(&group)),
            "GET v3/groups/1835/members?filter=inactive",
        ),
        (
            target(&members::add(&group, &[])),
            "POST v3/groups/1835/members/add once",
        ),
        (
            target(&members::remove(&group, &member)),
            "POST v3/groups/1835/members/7/remove",
        ),
        (
            target(&members::ban_or_leave(&group, &member)),
            "POST https://v2.groupme.com/groups/1835/memberships/7/destroy",
        ),
        (
            target(&members::pending(&group)),
            "GET v3/groups/1835/pending_memberships",
        ),
        (
            target(&topics::list(&group)),
            "GET v3/groups/1835/subgroups",
        ),
        (
            target(&topics::show(&group, &topic)),
            "GET v3/groups/1835/subgroups/2",
        ),
        (
            target(&topics::delete(&group, &topic)),
            "DELETE v3/groups/1835/subgroups/2",
        ),
        (
            target(&topics::unmute(&group, &topic)),
            "POST v3/groups/1835/subgroups/2/unmute",
        ),
    ] {
        assert_eq!(found, expected);
    }
}

#[test]
fn calls_about_users_have_the_documented_urls() {
    let other = UserId::from("230");
    for (found, expected) in [
        (target(&users::me()), "GET v3/users/me"),
        (
            target(&users::disable_sms()),
            "POST v3/users/sms_mode/delete",
        ),
        (target(&blocks::list()), "GET v3/blocks?user=185"),
        (
            target(&blocks::between(&other)),
            "GET v3/blocks/between?user=185&otherUser=230",
        ),
        (
            target(&blocks::create(&other)),
            "POST v3/blocks?user=185&otherUser=230",
        ),
        (
            target(&blocks::delete(&other)),
            "DELETE v3/blocks?user=185&otherUser=230",
        ),
        (
            target(&relationships::list(true, Some("a+b="))),
            "GET v4/relationships?include_blocked=true&page=a%2Bb%3D",
        ),
        (
            target(&relationships::delete(&other)),
            "DELETE v4/relationships/230",
        ),
        (target(&directories::show()), "GET v3/directories"),
        (
            target(&directories::leave("1928")),
            "DELETE v3/directories/1928/membership",
        ),
        (target(&directories::search("a b")), "GET v1/search?q=a+b"),
        (target(&directories::popular()), "GET v1/search/popular"),
    ] {
        assert_eq!(found, expected);
    }
}

#[test]
fn all_other_calls_have_the_documented_urls() {
    let group = ConversationId::from("1835");
    for (found, expected) in [
        (
            target(&polls::list(&group, Some("more"))),
            "GET v3/poll/1835?continuation_token=more",
        ),
        (target(&polls::show(&group, "7")), "GET v3/poll/1835/7"),
        (
            target(&polls::vote(&group, "7", "1")),
            "POST v3/poll/1835/7/1",
        ),
        (target(&polls::end(&group, "7")), "POST v3/poll/1835/7/end"),
        (
            target(&calendar::list(&group, Timestamp::EPOCH, 5)),
            "GET v3/conversations/1835/events/list?end_at=1970-01-01T00%3A00%3A00Z&limit=5",
        ),
        (
            target(&calendar::show(&group, "e")),
            "GET v3/conversations/1835/events/show?event_id=e",
        ),
        (
            target(&calendar::delete(&group, "e")),
            "DELETE v3/conversations/1835/events/delete?event_id=e",
        ),
        (
            target(&calendar::rsvp(&group, "e", true)),
            "POST v3/conversations/1835/events/rsvp?event_id=e&going=true",
        ),
        (
            target(&calendar::delete_rsvp(&group, "e")),
            "DELETE v3/conversations/1835/events/rsvp/delete?event_id=e",
        ),
        (target(&bots::list()), "GET v3/bots"),
        (
            target(&bots::post("b", Draft::new("x")).unwrap()),
            "POST v3/bots/post once",
        ),
        (target(&bots::destroy("b")), "POST v3/bots/destroy"),
    ] {
        assert_eq!(found, expected);
    }
}

/// Returns the direct conversation of 185 and 230 by each of its ids.
fn direct_conversations() -> [Conversation; 3] {
    [
        Conversation::from(UserId::from("230")),
        Conversation::from(ConversationId::from("185+230")),
        Conversation::from(ConversationId::from("230_185")),
    ]
}

#[test]
fn every_id_of_a_direct_conversation_leads_to_the_same_urls() {
    for conversation in direct_conversations() {
        for (found, expected) in [
            (
                target(&messages::list(&conversation, &HistoryWindow::Newest, 9)),
                "GET v3/direct_messages?other_user_id=230&limit=9&acceptFiles=1",
            ),
            (
                target(&messages::delete(&conversation, "9")),
                "DELETE v3/conversations/185+230/messages/9",
            ),
            (
                target(&messages::edit(&conversation, "9", "x").unwrap()),
                "PUT v4/direct_messages/230/messages/9",
            ),
            (
                target(&reactions::like(&conversation, "9", None)),
                "POST v3/messages/185+230/9/like",
            ),
            (
                target(&pins::list(&conversation)),
                "GET v3/pinned/direct_messages?other_user_id=230",
            ),
            (
                target(&receipts::mark_read(&conversation)),
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
            serde_json::from_slice::<serde_json::Value>(request.body()).unwrap()
        })
    };
    let request = |call: &Call<_>| {
        call.request(&Options::default().services, &token(), Some(&"185".into()))
            .unwrap()
    };
    let sent =
        body(&|conversation| request(&messages::send(conversation, "hi", "g".into()).unwrap()));
    let message = serde_json::json!({"source_guid": "g", "recipient_id": "230", "text": "hi", "attachments": []});
    let expected = serde_json::json!({"direct_message": message});
    assert_eq!(sent, [&expected; 3].map(Clone::clone));
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
