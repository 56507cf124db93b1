//! Answers about groups, members and users.

use groupme_model::{Chat, Group, Member, Relationship, Topic, User, user::Profile};
use groupme_rest::{
    Call, Service,
    endpoint::{blocks, chats, groups, members, relationships, topics, users},
};

use super::{Case, GROUP, USER, direct, first};
use crate::recorded::Answer;

pub(super) const PEOPLE: &[Case] = &[
    (
        "groups.get.response.json",
        read!(200, groups::list(first()), Vec<Group>, ""),
    ),
    (
        "official.index_groups.get.response.json",
        read!(200, groups::list(first()), Vec<Group>, ""),
    ),
    (
        "official.tutorial.groups.get.response.json",
        read!(200, groups::list_without_members(first()), Vec<Group>, ""),
    ),
    (
        "groups.former.get.response.json",
        read!(200, groups::former(), Vec<Group>, ""),
    ),
    (
        "official.former_groups.get.response.json",
        read!(200, groups::former(), Vec<Group>, ""),
    ),
    (
        "groups.one.get.response.json",
        read!(200, groups::show(GROUP), Group, ""),
    ),
    (
        "official.show_group.get.response.json",
        read!(200, groups::show(GROUP), Group, ""),
    ),
    (
        "groups.preview.get.response.json",
        read!(200, groups::preview(GROUP, None), Group, ""),
    ),
    (
        "groups.post.response.json",
        read!(
            201,
            groups::create(&groups::GroupSettings::default()),
            Group,
            ""
        ),
    ),
    (
        "official.create_group.post.response.json",
        read!(
            201,
            groups::create(&groups::GroupSettings::default()),
            Group,
            ""
        ),
    ),
    (
        "groups.update.post.response.json",
        read!(
            200,
            groups::update(GROUP, &groups::GroupSettings::default()),
            Group,
            ""
        ),
    ),
    (
        "official.update_group.post.response.json",
        read!(
            200,
            groups::update(GROUP, &groups::GroupSettings::default()),
            Group,
            ""
        ),
    ),
    ("groups.join.post.response.json", |name| {
        let answer = Answer::load(name);
        let joined = answer.read(201, &groups::join(GROUP, "link", None));
        assert_eq!(joined, Some(answer.at("")));
    }),
    (
        "groups.join_with_share_token.post.response.json",
        joined_group,
    ),
    ("official.join_group.post.response.json", joined_group),
    (
        "groups.rejoin.post.response.json",
        read!(200, groups::rejoin(GROUP), Group, ""),
    ),
    (
        "official.rejoin_group.post.response.json",
        read!(200, groups::rejoin(GROUP), Group, ""),
    ),
    ("groups.change_owners.post.response.json", owners_changed),
    (
        "official.change_group_owner.post.response.json",
        owners_changed,
    ),
    (
        "memberships.states.get.response.json",
        read!(
            200,
            groups::membership_states(),
            Vec<groupme_model::member::MembershipState>,
            ""
        ),
    ),
    (
        "v2.groups.memberships.mute.post.response.2026.json",
        read!(
            200,
            groups::mute(GROUP, groups::Mute::Forever),
            Member,
            "/membership"
        ),
    ),
    (
        "v2.groups.memberships.unmute.post.response.json",
        read!(200, groups::unmute(GROUP), Member, "/membership"),
    ),
    (
        "groups.memberships.unmute_all.post.response.json",
        read!(
            200,
            groups::unmute_all(GROUP),
            Option<Member>,
            "/membership"
        ),
    ),
    (
        "groups.members.get.response.json",
        read!(200, members::list(GROUP), Vec<Member>, "/memberships"),
    ),
    (
        "groups.members.inactive.get.2026.json",
        read!(200, members::former(GROUP), Vec<Member>, "/memberships"),
    ),
    ("groups.members.add.post.response.json", adding),
    ("official.add_members.post.response.json", adding),
    ("groups.members.results.one.get.response.json", added),
    ("official.add_members_results.get.response.json", added),
    (
        "groups.members.one.update.post.response.2026.json",
        read!(
            200,
            members::change_role(GROUP, "1", &groupme_model::member::Role::Admin),
            Member,
            "/member"
        ),
    ),
    (
        "groups.memberships.update.post.response.json",
        read!(200, members::rename_yourself(GROUP, "me"), Member, ""),
    ),
    (
        "groups.memberships.update.post.response.2026.json",
        read!(200, members::rename_yourself(GROUP, "me"), Member, ""),
    ),
    (
        "official.update_member.post.response.json",
        read!(200, members::rename_yourself(GROUP, "me"), Member, ""),
    ),
    (
        "groups.pending_memberships.get.response.json",
        read!(200, members::pending(GROUP), Vec<Member>, ""),
    ),
    (
        "groups.members.approval.post.response.json",
        read!(
            200,
            members::set_approval(GROUP, "1", true),
            groupme_model::member::MembershipState,
            ""
        ),
    ),
    (
        "groups.subgroups.get.response.json",
        read!(200, topics::list(GROUP), Vec<Topic>, ""),
    ),
    (
        "groups.subgroups.one.get.response.json",
        read!(200, topics::show(GROUP, "2"), Topic, ""),
    ),
    (
        "groups.subgroups.one.put.response.json",
        read!(
            200,
            topics::update(GROUP, "2", &topics::TopicSettings::default()),
            Topic,
            ""
        ),
    ),
    (
        "groups.subgroups.post.response.json",
        read!(
            201,
            topics::create(GROUP, &topics::TopicSettings::default()),
            Topic,
            ""
        ),
    ),
    (
        "groups.subgroups.unmute.post.response.json",
        read!(
            200,
            topics::unmute(GROUP, "2"),
            Option<Member>,
            "/membership"
        ),
    ),
    (
        "chats.get.response.json",
        read!(200, chats::list(first()), Vec<Chat>, ""),
    ),
    (
        "official.index_chats.get.response.json",
        read!(200, chats::list(first()), Vec<Chat>, ""),
    ),
    (
        "chats.one.get.response.json",
        read!(200, chats::show(direct()), Chat, ""),
    ),
    (
        "users.me.get.response.json",
        read!(200, users::me(), User, ""),
    ),
    ("users.me.get.2026.json", read!(200, users::me(), User, "")),
    (
        "official.my_user.get.response.json",
        read!(200, users::me(), User, ""),
    ),
    (
        "users.update.post.response.json",
        read!(200, users::update(&users::UserUpdate::default()), User, ""),
    ),
    (
        "official.update_my_user.post.response.json",
        read!(200, users::update(&users::UserUpdate::default()), User, ""),
    ),
    (
        "v2.users.one.get.response.json",
        read!(200, users::show(USER), Profile, ""),
    ),
    (
        "v2.users.one.get.2026.json",
        read!(200, users::show(USER), Profile, ""),
    ),
    (
        "v2.users.one.post.response.json",
        read!(
            200,
            users::update_profile(&users::ProfileUpdate::default()),
            User,
            "/user"
        ),
    ),
    ("users.features.share.post.response.json", |name| {
        let link = Answer::load(name)
            .read(200, &users::set_share_link(true))
            .unwrap();
        assert!(link.share_url.unwrap().contains("/contact/"));
    }),
    (
        "blocks.get.response.json",
        read!(200, blocks::list(), Vec<groupme_model::Block>, "/blocks"),
    ),
    (
        "official.index_block.get.response.json",
        read!(200, blocks::list(), Vec<groupme_model::Block>, "/blocks"),
    ),
    (
        "blocks.between.get.response.json",
        read!(200, blocks::between("230"), bool, "/between"),
    ),
    (
        "official.block_between.get.response.json",
        read!(200, blocks::between("230"), bool, "/between"),
    ),
    (
        "blocks.post.response.json",
        read!(201, blocks::create("230"), groupme_model::Block, "/block"),
    ),
    (
        "blocks.post.response.2026.json",
        read!(201, blocks::create("230"), groupme_model::Block, "/block"),
    ),
    (
        "official.create_block.post.response.json",
        read!(200, blocks::create("230"), groupme_model::Block, "/block"),
    ),
    (
        "v4.relationships.get.response.json",
        read!(200, relationships::list(false, None), Vec<Relationship>, ""),
    ),
    (
        "v4.relationships.create.post.response.json",
        success!(201, relationships::create(USER, "link")),
    ),
    ("v4.relationships.batch.one.get.response.json", |name| {
        let answer = Answer::load(name);
        let importing = Answer::load("relationships.import_contacts.post.response.json");
        let importing = importing.read(202, &relationships::import(&[]));
        let found: Vec<Relationship> = answer.at("");
        assert_eq!(
            answer.read(200, &relationships::import_results(&importing)),
            found
        );
    }),
    ("relationships.import_contacts.post.response.json", |name| {
        let importing = Answer::load(name).read(202, &relationships::import(&[]));
        assert!(!importing.batch_id.is_empty());
    }),
    ("v4.relationships.element.2026.json", |name| {
        let answer = Answer::load(name);
        let contact: Relationship =
            answer.read(200, &Call::get(Service::V4, "relationships").one(&[]));
        assert_eq!(contact, answer.at::<Relationship>(""));
    }),
];

fn joined_group(name: &'static str) {
    let answer = Answer::load(name);
    let joined = answer.read(200, &groups::join(GROUP, "link", Some("please")));
    assert_eq!(joined, Some(answer.at("/group")));
}

fn owners_changed(name: &'static str) {
    let changes = Answer::load(name).read(200, &groups::change_owners(&[]));
    assert_eq!(changes[0].status, "200");
    assert!(!changes[0].group_id.is_empty() && !changes[0].owner_id.is_empty());
}

fn adding(name: &'static str) {
    let adding = Answer::load(name).read(202, &members::add(GROUP, &[]));
    assert!(!adding.results_id.is_empty());
}

fn added(name: &'static str) {
    let adding = Answer::load("groups.members.add.post.response.json");
    let adding = adding.read(202, &members::add(GROUP, &[]));
    let answer = Answer::load(name);
    let members = answer.read(200, &members::add_results(GROUP, &adding));
    assert_eq!(members, answer.at::<Vec<Member>>("/members"));
}
