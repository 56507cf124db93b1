//! Routes: which method and path is which endpoint.

use super::{
    RestResponse, Service,
    call::{Call, Outcome},
};

impl Call<'_> {
    pub(super) fn dispatch(&mut self, service: Service, method: &str, path: &[&str]) -> Outcome {
        match service {
            Service::V1 => self.v1(method, path),
            Service::V2 => self.v2(method, path),
            Service::V3 => self.v3(method, path),
            Service::V4 => self.v4(method, path),
            Service::Image => self.image_service(method, path),
            Service::Video => self.video_service(method, path),
            Service::File => self.file_service(method, path),
            Service::Media => self.media_service(method, path),
            // Their files need no user.
            Service::Pictures | Service::Videos | Service::Cdn => Err(RestResponse::no_page()),
        }
    }

    fn v1(&mut self, method: &str, path: &[&str]) -> Outcome {
        match (method, path) {
            ("GET", ["search"]) => Ok(self.search()),
            ("GET", ["search", "popular"]) => Ok(self.found("popular", "searchable")),
            ("GET", ["search", "trending"]) => Ok(self.found("trending", "searchable")),
            ("GET", ["search", "directories"]) => Ok(self.found("directories", "community")),
            ("GET", ["search", "directory", "users"]) => Ok(self.directory_users()),
            _ => Err(RestResponse::not_found()),
        }
    }

    fn v2(&mut self, method: &str, path: &[&str]) -> Outcome {
        match (method, path) {
            ("POST", ["read_receipts"]) => self.mark_read_v2(),
            ("POST", ["direct_messages", "clear_history"]) => self.clear_history(),
            ("GET", ["users", user]) => self.user_profile(user),
            ("POST", ["users", user]) => self.change_account(user),
            ("POST", ["groups", group, "memberships", "mute"]) => self.mute(group),
            ("POST", ["groups", group, "memberships", "unmute"]) => self.unmute(group),
            ("POST", ["groups", group, "memberships", member, "destroy"]) => {
                self.ban_or_leave(group, member)
            }
            _ => Err(RestResponse::not_found()),
        }
    }

    fn v3(&mut self, method: &str, path: &[&str]) -> Outcome {
        match path {
            ["groups", ..] => self.v3_groups(method, path),
            ["conversations", ..] => self.v3_conversations(method, path),
            [
                "users" | "directories" | "blocks" | "bots" | "relationships",
                ..,
            ] => self.v3_people(method, path),
            _ => self.v3_messages(method, path),
        }
    }

    fn v3_groups(&mut self, method: &str, path: &[&str]) -> Outcome {
        match (method, path) {
            ("GET", ["groups"]) => self.groups(),
            ("GET", ["groups", "former"]) => Ok(self.former_groups()),
            ("GET", ["groups", group]) => self.group(group),
            ("GET", ["groups", group, "subgroups"]) => self.topics(group),
            ("POST", ["groups", group, "subgroups"]) => self.add_topic(group),
            ("GET", ["groups", group, "subgroups", topic]) => self.topic(group, topic),
            ("PUT", ["groups", group, "subgroups", topic]) => self.change_topic(group, topic),
            ("DELETE", ["groups", group, "subgroups", topic]) => self.remove_topic(group, topic),
            ("GET", ["groups", group, "likes"]) => self.popular(group),
            ("GET", ["groups", group, "likes", "mine"]) => self.liked_in_group(group),
            ("GET", ["groups", group, "likes", "for_me"]) => self.liked_by_others_in_group(group),
            ("GET", ["groups", group, "messages"]) => self.group_messages(group),
            ("POST", ["groups", group, "messages"]) => self.send_to_group(group),
            ("POST", ["groups"]) => self.create_group(),
            ("POST", ["groups", "join"]) => self.rejoin(),
            ("POST", ["groups", "change_owners"]) => self.change_owners(),
            ("POST", ["groups", group, "update"]) => self.change_group(group),
            ("POST", ["groups", group, "destroy"]) => self.destroy_group(group),
            ("POST", ["groups", group, "join"]) => self.join(group, None),
            ("POST", ["groups", group, "join", token]) => self.join(group, Some(token)),
            ("GET", ["groups", group, "preview"]) => self.preview(group, None),
            ("GET", ["groups", group, "preview", token]) => self.preview(group, Some(token)),
            ("POST", ["groups", group, "subgroups", topic, "mute"]) => {
                self.mute_topic(group, topic)
            }
            ("POST", ["groups", group, "subgroups", topic, "unmute"]) => {
                self.unmute_topic(group, topic)
            }
            ("POST", ["groups", group, "memberships", "update"]) => self.rename_yourself(group),
            ("POST", ["groups", group, "memberships", "mute_all"]) => self.mute_all(group),
            ("POST", ["groups", group, "memberships", "unmute_all"]) => self.unmute_all(group),
            ("GET", ["groups", group, "members"]) => self.members(group),
            ("POST", ["groups", group, "members", "add"]) => self.add_members(group),
            ("GET", ["groups", group, "members", "results", id]) => self.add_results(group, id),
            ("POST", ["groups", group, "members", member, "remove"]) => {
                self.remove_member(group, member)
            }
            ("POST", ["groups", group, "members", member, "update"]) => {
                self.change_role(group, member)
            }
            ("POST", ["groups", group, "members", member, "approval"]) => {
                self.decide_request(group, member)
            }
            ("GET", ["groups", group, "pending_memberships"]) => self.pending(group),
            _ => Err(RestResponse::not_found()),
        }
    }

    fn v3_conversations(&mut self, method: &str, path: &[&str]) -> Outcome {
        match (method, path) {
            ("DELETE", ["conversations", conversation, "messages", message]) => {
                self.delete(conversation, message)
            }
            ("POST", ["conversations", conversation, "messages", message, "pin"]) => {
                self.pin(conversation, message)
            }
            ("POST", ["conversations", conversation, "messages", message, "unpin"]) => {
                self.unpin(conversation, message)
            }
            ("POST", ["conversations", conversation, "read_receipt"]) => {
                self.mark_read_v3(conversation)
            }
            ("POST", ["conversations", "typing"]) => self.start_typing(),
            ("GET", ["conversations", conversation, "gallery"]) => self.gallery(conversation),
            ("GET", ["conversations", conversation, "events", "list"]) => self.events(conversation),
            ("GET", ["conversations", conversation, "events", "show"]) => self.event(conversation),
            ("POST", ["conversations", conversation, "events", "create"]) => {
                self.create_event(conversation)
            }
            ("POST", ["conversations", conversation, "events", "update"]) => {
                self.change_event(conversation)
            }
            ("DELETE", ["conversations", conversation, "events", "delete"]) => {
                self.cancel_event(conversation)
            }
            ("POST", ["conversations", conversation, "events", "rsvp"]) => {
                self.answer_event(conversation)
            }
            ("DELETE", ["conversations", conversation, "events", "rsvp", "delete"]) => {
                self.delete_rsvp(conversation)
            }
            _ => Err(RestResponse::not_found()),
        }
    }

    fn v3_people(&mut self, method: &str, path: &[&str]) -> Outcome {
        match (method, path) {
            ("GET", ["users", "me"]) => self.me(),
            ("POST", ["users", "update"]) => self.change_profile(),
            ("POST", ["users", "sms_mode"]) => self.start_sms(),
            ("POST", ["users", "sms_mode", "delete"]) => Ok(self.end_sms()),
            ("POST", ["users", "features", "share"]) => self.share_contact(),
            ("GET", ["directories"]) => Ok(self.directory()),
            ("DELETE", ["directories", directory, "membership"]) => self.leave_directory(directory),
            ("PUT", ["directories", "user", "majors"]) => self.choose_majors(),
            ("PUT", ["directories", "user", "membership"]) => self.change_campus_profile(),
            ("GET", ["blocks"]) => self.blocks(),
            ("GET", ["blocks", "between"]) => self.is_blocked_between(),
            ("POST", ["blocks"]) => self.block(),
            ("DELETE", ["blocks"]) | ("POST", ["blocks", "delete"]) => self.unblock(),
            ("GET", ["bots"]) => Ok(self.bots()),
            ("POST", ["bots"]) => self.create_bot(),
            ("POST", ["bots", "destroy"]) => self.destroy_bot(),
            ("POST", ["relationships", "import_contacts"]) => self.import_contacts(),
            _ => Err(RestResponse::not_found()),
        }
    }

    fn v3_messages(&mut self, method: &str, path: &[&str]) -> Outcome {
        match (method, path) {
            ("GET", ["memberships", "states"]) => Ok(self.membership_states()),
            ("GET", ["direct_messages"]) => self.direct_messages(),
            ("GET", ["direct_messages", message]) => self.direct_message(message),
            ("POST", ["direct_messages"]) => self.send_direct(),
            ("GET", ["poll", conversation]) => self.polls(conversation),
            ("POST", ["poll", conversation]) => self.add_poll(conversation),
            ("GET", ["poll", conversation, poll]) => self.poll(conversation, poll),
            ("POST", ["poll", conversation, poll]) => self.vote_for_all(conversation, poll),
            ("POST", ["poll", conversation, poll, "end"]) => self.end_poll(conversation, poll),
            ("POST", ["poll", conversation, poll, option]) => self.vote(conversation, poll, option),
            ("GET", ["chats"]) => self.chats(),
            ("GET", ["chats", conversation]) => self.chat(conversation),
            ("DELETE", ["chats", conversation]) => self.delete_chat(conversation),
            ("GET", ["pinned", "groups", group, "messages"]) => self.pinned_in_group(group),
            ("GET", ["pinned", "direct_messages"]) => self.pinned_direct(),
            ("POST", ["messages", conversation, message, "like"]) => {
                self.like(conversation, message)
            }
            ("POST", ["messages", conversation, message, "unlike"]) => {
                self.unlike(conversation, message)
            }
            ("POST", ["chats", conversation, "approve"]) => self.approve_chat(conversation),
            _ => Err(RestResponse::not_found()),
        }
    }

    fn v4(&mut self, method: &str, path: &[&str]) -> Outcome {
        match (method, path) {
            ("GET", ["groups", group, "messages", message]) => self.group_message(group, message),
            ("PUT", ["groups", group, "messages", message]) => self.edit_in_group(group, message),
            ("PUT", ["direct_messages", peer, "messages", message]) => {
                self.edit_direct(peer, message)
            }
            ("GET", ["likes", "direct_messages", "mine"]) => self.liked_direct(),
            ("GET", ["likes", "direct_messages", "for_me"]) => self.liked_by_others_direct(),
            ("GET", ["read_receipts"]) => Ok(self.receipts()),
            ("POST", ["read_receipts"]) => self.mark_read_v4_batch(),
            ("POST", ["read_receipts", conversation]) => self.mark_read_v4(conversation),
            ("POST", ["conversations", "mark_all_read"]) => Ok(self.mark_all_read()),
            ("GET", ["pinned_conversations"]) => Ok(self.pinned_conversations()),
            ("PUT", ["pinned_conversations"]) => self.pin_conversations(),
            ("GET", ["relationships"]) => self.contacts(),
            ("POST", ["relationships", "create"]) => self.add_contact(),
            ("GET", ["relationships", "batch", id]) => self.imported_contacts(id),
            ("DELETE", ["relationships", user]) => self.remove_contact(user),
            _ => Err(RestResponse::not_found()),
        }
    }
}
