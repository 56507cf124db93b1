//! `OpenAPI` document of the control API, made from the table of routes.

use serde_json::{Map, Value, json};

use super::{
    condition::CONDITIONS,
    fields::{Field, Kind},
    routes::{self, Route},
    shapes,
};

/// Returns the document in `OpenAPI` 3.1.
pub(super) fn document(host: &str) -> Value {
    let (mut paths, mut named) = (Map::new(), Map::new());
    for route in routes::all() {
        let path = paths
            .entry(route.path.to_owned())
            .or_insert_with(|| json!({}));
        path[route.method.to_ascii_lowercase()] = operation(route, &mut named);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Control of a simulated GroupMe",
            "version": "1",
            "description": "Users, groups and conversations are named by id, or by a name that \
                only one has. Errors are objects with the member `error`.",
        },
        "servers": [{ "url": format!("http://{host}/sim/v1") }],
        "paths": paths,
        "components": { "schemas": named },
    })
}

fn operation(route: &Route, named: &mut Map<String, Value>) -> Value {
    let arguments = route.path.split('/').filter_map(|part| {
        let name = part.strip_prefix('{')?.strip_suffix('}')?;
        Some(json!({
            "name": name,
            "in": "path",
            "required": true,
            "schema": { "type": "string" },
        }))
    });
    let query = route.query.iter().map(|field| {
        json!({
            "name": field.name,
            "in": "query",
            "required": field.is_required,
            "description": field.about,
            "schema": { "type": field.kind.schema() },
        })
    });
    let parameters: Vec<Value> = arguments.chain(query).collect();
    let (status, shape) = route.answer;
    let (answer, error) = (shape.schema(named), shapes::ERROR.schema(named));
    let mut operation = json!({
        "summary": route.summary,
        "operationId": name(route),
        "parameters": parameters,
        "responses": {
            status.to_string(): {
                "description": "What was asked for.",
                "content": { "application/json": { "schema": answer } },
            },
            "default": {
                "description": "What went wrong.",
                "content": { "application/json": { "schema": error } },
            },
        },
    });
    if !route.body.is_empty() {
        let schema = object(route.body);
        operation["requestBody"] = json!({
            "required": route.body.iter().any(|field| field.is_required),
            "content": { "application/json": { "schema": schema } },
        });
    }
    operation
}

/// Returns the schema of an object.
fn object(fields: &[Field]) -> Value {
    let mut properties = Map::new();
    for field in fields {
        let condition = CONDITIONS.iter().find(|(name, _)| *name == field.name);
        let mut schema = match condition {
            Some((_, fields)) if field.kind == Kind::Object => object(fields),
            _ => json!({ "type": field.kind.schema() }),
        };
        schema["description"] = field.about.into();
        properties.insert(field.name.to_owned(), schema);
    }
    let required = fields.iter().filter(|field| field.is_required);
    let required: Vec<&str> = required.map(|field| field.name).collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

/// Returns a name such as `post_messages_pin`.
fn name(route: &Route) -> String {
    let parts = route.path.split(['/', '.']);
    let parts = parts.filter(|part| !part.is_empty() && !part.starts_with('{'));
    let method = route.method.to_ascii_lowercase();
    let words: Vec<&str> = core::iter::once(&*method).chain(parts).collect();
    words.join("_")
}
