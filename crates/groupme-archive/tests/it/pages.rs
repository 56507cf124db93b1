//! Pages of an archive, as files; a browser reads them in `cargo xtask bots`.

use std::{fs, io::Write as _};

use groupme_archive::html;
use serde_json::Value;

use crate::world::World;

/// Returns a part of a page: the contents of the script element with this id.
fn part(page: &str, id: &str) -> Value {
    let start = format!("<script type=\"application/json\" id=\"{id}\">");
    let (_, rest) = page.split_once(&start).unwrap();
    let (json, _) = rest.split_once("</script>").unwrap();
    serde_json::from_str(json).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_page_has_every_message_and_nothing_of_others_is_html() {
    const EVIL: &str = "</script><script>alert(1)</script><!-- & \u{2028}\u{202e}";
    let world = World::with_history(3);
    let liked = world.act(|it| it.say(world.cast.lake, world.cast.theo, EVIL).unwrap());
    world.act(|it| {
        it.react(liked, world.cast.mara, "🔥").unwrap();
        it.edit(liked, EVIL).unwrap();
        let gone = it.say(world.cast.lake, world.cast.theo, "oops").unwrap();
        it.delete(gone).unwrap();
    });
    world.update().await;
    let index = html::write(&world.contents()).unwrap();
    assert_eq!(index, world.root().join("index.html"));
    let path = world.root().join(format!("pages/{}.html", world.cast.lake));
    let page = fs::read_to_string(&path).unwrap();
    let rows = part(&page, "rows");
    let facts = part(&page, "facts");
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), world.lines().len());
    let row = rows.iter().find(|row| row[3] == EVIL).unwrap();
    assert_eq!(row[4]["reactions"], serde_json::json!([["🔥", ["Mara"]]]));
    assert!(row[4]["edited"].is_number() || row[4].get("edited").is_none());
    let author = row[2].as_u64().unwrap();
    let author = &facts["authors"][usize::try_from(author).unwrap()];
    assert_eq!(author[1], "Theo");
    let deleted = rows.iter().filter(|row| row[4]["deleted"] == "sender");
    assert_eq!(deleted.count(), 1);
    assert!(rows.iter().any(|row| row[4]["notice"] == true));
    // Three elements with a script: rows, facts, and the script itself.
    assert_eq!(page.matches("</script>").count(), 3);
    assert!(!page.contains("<script>alert"));
    assert!(page.contains("default-src 'none'"));
    // Writing again replaces the pages, and leaves nothing behind.
    html::write(&world.contents()).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), page);
    assert_eq!(fs::read_dir(world.root().join("pages")).unwrap().count(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_index_names_conversations_as_text() {
    let world = World::with_history(3);
    let mut info = world.about();
    info.name = Some("<b onclick='x'>\"\u{202e}".to_owned());
    let mut archive = world.open();
    let options = groupme_archive::UpdateOptions::default();
    archive
        .update(&world.client, info, &options, &mut |_| {})
        .await
        .unwrap();
    let index = fs::read_to_string(html::write(&world.contents()).unwrap()).unwrap();
    assert!(
        index.contains("<bdi>&lt;b onclick=&#39;x&#39;&gt;&quot;</bdi>"),
        "{index}"
    );
    assert!(index.contains(&format!("href=\"pages/{}.html\"", world.cast.lake)));
}

#[tokio::test(start_paused = true)]
async fn a_date_beyond_those_of_a_browser_does_not_end_the_script_of_the_page() {
    let world = World::with_history(1);
    world.update().await;
    let file = format!("conversations/{}.jsonl", world.cast.lake);
    let mut journal = fs::OpenOptions::new()
        .append(true)
        .open(world.root().join(file))
        .unwrap();
    for (id, time) in [(7, i64::MIN), (8, 9_007_199_254_740_991), (9, i64::MAX)] {
        writeln!(
            journal,
            r#"{{"id":"99999999999999999{id}","created_at":{time},"updated_at":{time},"text":"far"}}"#
        )
        .unwrap();
    }
    html::write(&world.contents()).unwrap();
    let path = world.root().join(format!("pages/{}.html", world.cast.lake));
    let rows = part(&fs::read_to_string(&path).unwrap(), "rows");
    let far: Vec<_> = rows
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row[3] == "far")
        .collect();
    assert_eq!(far.len(), 3);
    for row in far {
        let times = [row[1].as_i64(), row[4]["edited"].as_i64()];
        assert!(times[0].is_some(), "{row}");
        // The range of JavaScript's dates: https://tc39.es/ecma262/#sec-time-values-and-time-range
        assert!(
            times
                .iter()
                .flatten()
                .all(|time| time.abs() <= 8_640_000_000_000),
            "{row}"
        );
    }
}
