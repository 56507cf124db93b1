//! Recorded requests and their calls.

use groupme_model::{ConversationId, MessageId, UserId};
use groupme_rest::endpoint::{pins, receipts};

use super::*;

pub(super) const CASES: &[Case] = &[
    (
        "groups.messages.post.request.json",
        group_message,
        "POST https://api.groupme.com/v3/groups/1835/messages",
    ),
    (
        "groups.messages.post.request.2026.json",
        group_message,
        "POST https://api.groupme.com/v3/groups/1835/messages",
    ),
    (
        "groups.messages.post.request.seed.json",
        group_message,
        "POST https://api.groupme.com/v3/groups/1835/messages",
    ),
    (
        "direct_messages.post.request.json",
        direct_message,
        "POST https://api.groupme.com/v3/direct_messages",
    ),
    (
        "direct_messages.post.request.2026.json",
        direct_message,
        "POST https://api.groupme.com/v3/direct_messages",
    ),
    (
        "v4.groups.messages.one.put.request.json",
        edit,
        "PUT https://api.groupme.com/v4/groups/1835/messages/9",
    ),
    (
        "v4.groups.messages.one.put.request.2026.json",
        edit,
        "PUT https://api.groupme.com/v4/groups/1835/messages/9",
    ),
    (
        "messages.like.post.request.2026.json",
        like,
        "POST https://api.groupme.com/v3/messages/185+230/9/like",
    ),
    (
        "messages.like.post.request.emoji.json",
        like,
        "POST https://api.groupme.com/v3/messages/185+230/9/like",
    ),
    (
        "messages.like.post.request.unicode.json",
        like,
        "POST https://api.groupme.com/v3/messages/185+230/9/like",
    ),
    (
        "v2.read_receipts.post.request.json",
        |body| {
            sent(&receipts::mark_read_v2(
                part::<ConversationId>(body, "/read_receipt/chat_id"),
                part::<MessageId>(body, "/read_receipt/message_id"),
            ))
        },
        "POST https://v2.groupme.com/read_receipts",
    ),
    (
        "v4.read_receipts.one.post.request.2026.json",
        |body| {
            sent(&receipts::mark_read_up_to(
                ConversationId::from("185+230"),
                part::<MessageId>(body, "/last_read_message_id"),
            ))
        },
        "POST https://api.groupme.com/v4/read_receipts/185+230",
    ),
    (
        "v4.pinned_conversations.put.request.json",
        |body| {
            sent(&pins::pin_conversations(part::<Vec<ConversationId>>(
                body,
                "/pinned_conversation_ids",
            )))
        },
        "PUT https://api.groupme.com/v4/pinned_conversations",
    ),
    (
        "bots.post.request.json",
        bot,
        "POST https://api.groupme.com/v3/bots",
    ),
    (
        "official.tutorial.bots.post.request.json",
        bot,
        "POST https://api.groupme.com/v3/bots",
    ),
    (
        "bots.post.post.request.json",
        bot_post,
        "POST https://api.groupme.com/v3/bots/post",
    ),
    (
        "official.tutorial.bots.post_message.request.json",
        bot_post,
        "POST https://api.groupme.com/v3/bots/post",
    ),
    (
        "official.tutorial.bots.post_image.request.json",
        bot_post,
        "POST https://api.groupme.com/v3/bots/post",
    ),
    (
        "official.tutorial.bots.post_location.request.json",
        bot_post,
        "POST https://api.groupme.com/v3/bots/post",
    ),
    (
        "poll.create.post.request.json",
        poll,
        "POST https://api.groupme.com/v3/poll/1835",
    ),
    (
        "poll.create.post.request.2026.json",
        poll,
        "POST https://api.groupme.com/v3/poll/1835",
    ),
    (
        "poll.vote_multi.post.request.json",
        |body| {
            sent(&polls::vote_multiple(
                ConversationId::from("1835"),
                "7",
                &part::<Vec<_>>(body, "/votes"),
            ))
        },
        "POST https://api.groupme.com/v3/poll/1835/7",
    ),
    (
        "conversations.events.create.post.request.json",
        |body| {
            sent(&calendar::create(
                ConversationId::from("1835"),
                &event(body),
            ))
        },
        "POST https://api.groupme.com/v3/conversations/1835/events/create",
    ),
    (
        "conversations.events.create.post.request.2026.json",
        |body| {
            sent(&calendar::create(
                ConversationId::from("1835"),
                &event(body),
            ))
        },
        "POST https://api.groupme.com/v3/conversations/1835/events/create",
    ),
    (
        "conversations.events.update.post.request.json",
        |body| {
            sent(&calendar::update(
                ConversationId::from("1835"),
                "e1",
                &event(body),
            ))
        },
        "POST https://api.groupme.com/v3/conversations/1835/events/update?event_id=e1",
    ),
    (
        "groups.post.request.json",
        |body| sent(&groups::create(&group_settings(body))),
        "POST https://api.groupme.com/v3/groups",
    ),
    (
        "groups.update.post.request.json",
        |body| sent(&groups::update("1835", &group_settings(body))),
        "POST https://api.groupme.com/v3/groups/1835/update",
    ),
    (
        "groups.join.post.request.json",
        |body| {
            sent(&groups::join(
                "1835",
                "link",
                body["answer"]["response"].as_str(),
            ))
        },
        "POST https://api.groupme.com/v3/groups/1835/join/link",
    ),
    (
        "v2.groups.memberships.mute.post.request.json",
        |body| sent(&groups::mute("1835", minutes(body))),
        "POST https://v2.groupme.com/groups/1835/memberships/mute",
    ),
    (
        "v3.groups.memberships.mute_all.post.request.json",
        |body| sent(&groups::mute_all("1835", minutes(body))),
        "POST https://api.groupme.com/v3/groups/1835/memberships/mute_all",
    ),
    (
        "groups.subgroups.mute.post.request.json",
        |body| sent(&topics::mute("1835", "2", minutes(body))),
        "POST https://api.groupme.com/v3/groups/1835/subgroups/2/mute",
    ),
    (
        "groups.subgroups.post.request.json",
        |body| sent(&topics::create("1835", &topic_settings(body))),
        "POST https://api.groupme.com/v3/groups/1835/subgroups",
    ),
    (
        "groups.subgroups.one.put.request.json",
        |body| sent(&topics::update("1835", "2", &topic_settings(body))),
        "PUT https://api.groupme.com/v3/groups/1835/subgroups/2",
    ),
    (
        "groups.members.add.post.request.json",
        new_members,
        "POST https://api.groupme.com/v3/groups/1835/members/add",
    ),
    (
        "groups.members.approval.post.request.json",
        |body| sent(&members::set_approval("1835", "7", part(body, "/approval"))),
        "POST https://api.groupme.com/v3/groups/1835/members/7/approval",
    ),
    (
        "groups.memberships.update.post.request.json",
        |body| {
            sent(&members::rename_yourself(
                "1835",
                body["membership"]["nickname"].as_str().unwrap(),
            ))
        },
        "POST https://api.groupme.com/v3/groups/1835/memberships/update",
    ),
    (
        "users.update.post.request.json",
        user_change,
        "POST https://api.groupme.com/v3/users/update",
    ),
    (
        "v2.users.one.post.request.json",
        profile_change,
        "POST https://v2.groupme.com/users/185",
    ),
    (
        "users.features.share.post.request.json",
        |_| sent(&users::set_share_link(true)),
        "POST https://api.groupme.com/v3/users/features/share",
    ),
    (
        "users.sms_mode.post.request.json",
        |body| {
            sent(&users::enable_sms(
                part(body, "/duration"),
                body["registration_id"].as_str(),
            ))
        },
        "POST https://api.groupme.com/v3/users/sms_mode",
    ),
    (
        "directories.user.majors.put.request.json",
        |body| sent(&directories::choose_majors(&part::<Vec<_>>(body, "/codes"))),
        "PUT https://api.groupme.com/v3/directories/user/majors",
    ),
    (
        "directories.user.membership.put.request.json",
        campus_profile,
        "PUT https://api.groupme.com/v3/directories/user/membership",
    ),
    (
        "relationships.import_contacts.post.request.json",
        contacts,
        "POST https://api.groupme.com/v3/relationships/import_contacts",
    ),
    (
        "v4.relationships.create.post.request.json",
        |body| {
            sent(&relationships::create(
                part::<UserId>(body, "/user_id"),
                body["token"].as_str().unwrap(),
            ))
        },
        "POST https://api.groupme.com/v4/relationships/create",
    ),
    (
        "m.uploads.post.request.2026.json",
        medium,
        "POST https://m.groupme.com/uploads",
    ),
];
