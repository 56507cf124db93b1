//! Endpoints without a token: messages of bots, and uploaded files.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{RestRequest, RestResponse, call::Outcome, query::Query, service::Service};
use crate::world::{Medium, World};

/// Answers a request that needs no token; `None` for all others.
pub(super) fn answer(
    service: Service,
    request: &RestRequest<'_>,
    path: &[&str],
    world: &mut World,
) -> Option<Outcome> {
    Some(match (service, request.method, path) {
        (Service::V3, "POST", ["bots", "post"]) => post_as_bot(request, world),
        // A smaller picture is the picture itself here.
        (Service::Pictures, "GET", [name]) => download(world, without_size(name)),
        (Service::Videos, "GET", [name]) => download(world, name),
        (Service::Media, "GET", ["uploads", key, _]) => download(world, key),
        (Service::Cdn, "PUT", ["uploads", key, _]) => upload(request, world, key),
        _ => return None,
    })
}

/// Posts a message as a bot: whoever knows the bot's id may.
fn post_as_bot(request: &RestRequest<'_>, world: &mut World) -> Outcome {
    let body: Value = serde_json::from_slice(request.body)
        .map_err(|_| RestResponse::bad("the body is not valid JSON"))?;
    let bot = body["bot_id"].as_str().unwrap_or_default();
    if world.user_of_bot(bot).is_none() {
        return Err(RestResponse::refusal(404, 404, "bot not found"));
    }
    let mut message = body.clone();
    if let Some(url) = body["picture_url"].as_str() {
        let mut attachments = body["attachments"].as_array().cloned().unwrap_or_default();
        attachments.push(json!({ "type": "image", "url": url }));
        message["attachments"] = attachments.into();
    }
    let draft = super::sending::draft(&message).map_err(RestResponse::bad)?;
    world.post_as_bot(bot, draft.text, draft.attachments)?;
    Ok(RestResponse::empty(201))
}

fn download(world: &World, key: &str) -> Outcome {
    let medium = world.medium(key).filter(|medium| !medium.bytes.is_empty());
    let medium = medium.ok_or_else(RestResponse::no_page)?;
    Ok(RestResponse::of_file(
        &medium.media_type,
        Arc::clone(&medium.bytes),
    ))
}

/// Removes the size from the name of a picture.
fn without_size(name: &str) -> &str {
    let mut sizes = [".avatar", ".preview", ".large"].into_iter();
    sizes
        .find_map(|size| name.strip_suffix(size))
        .unwrap_or(name)
}

/// Stores an upload at its presigned URL, whose signature stands for the token.
fn upload(request: &RestRequest<'_>, world: &mut World, key: &str) -> Outcome {
    let signature = Query::new(request.query).text("sig");
    let expected = world.medium(key);
    let expected = expected.filter(|medium| signature.as_deref() == Some(&medium.name));
    let Some(expected) = expected.cloned() else {
        return Err(RestResponse::refusal(403, 403, "wrong signature"));
    };
    let medium = Medium {
        bytes: request.body.into(),
        media_type: request
            .media_type
            .map_or(expected.media_type, str::to_owned),
        ..expected
    };
    world.store_as(key.to_owned(), medium);
    Ok(RestResponse::empty(201))
}
