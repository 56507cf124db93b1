//! `groupme decode`: captures and payloads.

use std::io::Write as _;

use serde_json::{Value, json};

use crate::program::{Finished, Running, groupme, run, run_with};

async fn decode(arguments: &[&str], input: impl AsRef<[u8]>) -> Finished {
    let command = groupme(&[&["decode"], arguments].concat());
    run_with(command, input.as_ref()).await
}

/// Decodes valid input and returns the output.
async fn decoded(arguments: &[&str], input: impl AsRef<[u8]>) -> Vec<Value> {
    let finished = decode(arguments, input).await;
    assert_eq!((finished.status, finished.stderr.as_str()), (Some(0), ""));
    let lines = finished.json();
    for line in &lines {
        let keys: Vec<_> = line.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["type", "typed", "unknown_fields", "value"]);
    }
    lines
}

const MESSAGE: &str = r#"{"channel":"/user/1","data":{"type":"line.create","alert":"Ada: hi","subject":{"id":"17","group_id":"2","user_id":"3","name":"Ada","text":"hi","new_thing":{"a":1}}}}"#;

#[tokio::test]
async fn a_frame_becomes_one_object_for_each_message() {
    let reply = r#"{"channel":"/meta/connect","successful":true,"id":"4"}"#;
    let lines = decoded(&[], format!("[{reply},{MESSAGE},{MESSAGE}]")).await;
    assert_eq!(lines.len(), 3);
    assert_eq!(
        lines[0],
        json!({"type": "/meta/connect", "typed": false, "unknown_fields": [],
            "value": {"channel": "/meta/connect", "successful": true, "id": "4"}})
    );
    assert_eq!(lines[1]["type"], "line.create");
    assert_eq!(lines[1]["typed"], true);
    assert_eq!(lines[1]["unknown_fields"], json!(["subject.new_thing"]));
    assert_eq!(lines[1]["value"]["subject"]["text"], "hi");
    assert_eq!(lines[1], lines[2]);
}

#[tokio::test]
async fn fields_that_could_not_be_read_are_named_on_demand_and_cost_nothing_else() {
    let push =
        r#"{"type":"line.create","subject":{"id":1,"text":["hi"],"name":"Ada","attachments":[7]}}"#;
    let lines = decoded(&["--as", "push"], push).await;
    assert_eq!(lines[0]["typed"], true);
    assert_eq!(lines[0]["value"]["subject"]["name"], "Ada");
    assert_eq!(lines[0]["value"]["subject"]["text"], json!(["hi"]));
    let finished = decode(&["--as", "push", "-v"], format!("\n{push}")).await;
    assert_eq!(finished.status, Some(0));
    for problem in [
        "line 2: subject.text: expected text, found a list",
        "line 2: subject.attachments[0]: expected an object with a type, found an integer",
    ] {
        assert!(finished.stderr.contains(problem), "{}", finished.stderr);
    }
}

#[tokio::test]
async fn a_file_may_hold_a_document_a_line_or_one_of_many_lines() {
    let of_many_lines = format!("\n\n[\n  {MESSAGE},\n\n  {MESSAGE}\n]\n");
    let a_line = format!("{MESSAGE}\r\n\n[{MESSAGE}]\n");
    for text in [of_many_lines, a_line] {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let from_file = run(groupme(&["decode", file.path().to_str().unwrap()])).await;
        assert_eq!(from_file.status, Some(0), "{}", from_file.stderr);
        let lines = from_file.json();
        assert_eq!(lines.len(), 2);
        for input in [&[][..], &["-"]] {
            assert_eq!(decoded(input, &text).await, lines);
        }
    }
}

#[tokio::test]
async fn payloads_are_taken_for_what_they_are_said_to_be() {
    let cases = [
        (
            "push",
            r#"{"type":"typing","user_id":"1","started":5}"#,
            "typing",
        ),
        (
            "event",
            r#"{"type":"membership.announce.joined","data":{"user":{"id":"1","nickname":"Ada"}}}"#,
            "membership.announce.joined",
        ),
        (
            "attachment",
            r#"{"type":"image","url":"https://i.groupme.com/1x1.png.0"}"#,
            "image",
        ),
        (
            "message",
            r#"{"id":"1","group_id":"2","text":"hi"}"#,
            "message",
        ),
    ];
    for (kind, payload, name) in cases {
        let [one] = &decoded(&["--as", kind], payload).await[..] else {
            panic!("{kind}");
        };
        assert_eq!(
            (&one["type"], &one["typed"]),
            (&json!(name), &json!(true)),
            "{kind}"
        );
        // An array of messages, as the REST API returns them.
        let many = decoded(&["--as", kind], format!("[{payload},{payload}]")).await;
        assert_eq!(many, [one.clone(), one.clone()]);
        // Another payload is kept, with `typed` false.
        let [other] = &decoded(&["--as", kind], r#"{"type":"novelty","n":1}"#).await[..] else {
            panic!("{kind}");
        };
        assert_eq!(other["typed"], false, "{kind}: {other}");
        assert_eq!(other["value"]["n"], 1, "{kind}: {other}");
    }
    assert!(decoded(&["--as", "attachment"], "[]").await.is_empty());
}

#[tokio::test]
async fn a_bad_line_is_reported_with_its_position_and_the_rest_is_decoded() {
    let input = format!(
        "{MESSAGE}\n{{\"channel\" \"/a\"}}\n\n[1,{MESSAGE}]\n\"text\"\n{{\"open\":\n{MESSAGE}\n"
    );
    let finished = decode(&[], &input).await;
    assert_eq!(finished.status, Some(1));
    assert_eq!(finished.json().len(), 3);
    let errors: Vec<_> = finished.stderr.lines().collect();
    let expected = [
        "groupme: standard input: line 2, offset 11: not JSON: ",
        "groupme: standard input: line 4, offset 0: 1 elements are not",
        "groupme: standard input: line 5, offset 0: found a string, expected",
        "groupme: standard input: line 6, offset 8: not JSON: ",
    ];
    assert_eq!(errors.len(), expected.len(), "{errors:?}");
    for (error, expected) in errors.iter().zip(expected) {
        assert!(error.starts_with(expected), "{error}");
    }
}

#[tokio::test]
async fn a_bad_first_line_does_not_hide_the_others() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    write!(file, "this is a log\n{MESSAGE}\n").unwrap();
    let path = file.path().to_str().unwrap();
    let finished = run(groupme(&["decode", path])).await;
    assert_eq!((finished.status, finished.json().len()), (Some(1), 1));
    let place = format!("groupme: {path}: line 1, offset 0: not JSON");
    assert!(finished.stderr.starts_with(&place), "{}", finished.stderr);
    assert_eq!(finished.stderr.lines().count(), 1);
}

#[tokio::test]
async fn an_error_in_a_document_of_many_lines_is_reported_with_its_line() {
    let finished = decode(
        &[],
        "\n[\n  {\"channel\": \"/a\"},\n  {\"channel\" \"/b\"}\n]\n",
    )
    .await;
    assert_eq!((finished.status, finished.stdout.as_str()), (Some(1), ""));
    let place = "groupme: standard input: line 4, offset 13: not JSON";
    assert!(finished.stderr.starts_with(place), "{}", finished.stderr);
    assert_eq!(finished.stderr.lines().count(), 1);
}

#[tokio::test]
async fn every_error_has_its_position() {
    for (document, offset) in [
        (&b"{\"a\":\"\\q\"}"[..], 6),
        (b"{\"a\":\"\xff\"}", 6),
        (b"{\"a\":tru}", 5),
        (b"{\"a\":1}}", 7),
        (b"{\"a\":\"open", 5),
        (b"[1,]", 3),
    ] {
        let finished = decode(&["--as", "push"], document).await;
        let place = format!("line 1, offset {offset}: not JSON");
        assert!(finished.stderr.contains(&place), "{}", finished.stderr);
        assert_eq!(finished.status, Some(1));
    }
}

#[tokio::test]
async fn nothing_to_decode_is_nothing_wrong() {
    for nothing in ["", "\n", " \n\t\r\n", "[]"] {
        assert!(decoded(&[], nothing).await.is_empty(), "{nothing:?}");
    }
}

#[tokio::test]
async fn numbers_and_texts_survive() {
    let payload = r#"{"type":"novelty","big":18446744073709551615,"small":-9223372036854775808,"half":"a\ud800b"}"#;
    let lines = decoded(&["--as", "push"], payload).await;
    assert_eq!(lines[0]["value"]["big"], 18_446_744_073_709_551_615_u64);
    assert_eq!(lines[0]["value"]["small"], i64::MIN);
    assert_eq!(lines[0]["value"]["half"], "a\u{fffd}b");
}

#[tokio::test]
async fn the_last_of_several_members_of_one_name_counts() {
    let payload = r#"{"type":"ping","type":"typing","user_id":"1","user_id":"2"}"#;
    let finished = decode(&["--as", "push"], payload).await;
    let lines = finished.json();
    assert_eq!((finished.status, lines.len()), (Some(0), 1));
    assert_eq!(lines[0]["type"], "typing");
    assert_eq!(lines[0]["value"]["user_id"], "2");
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_named() {
    for file in ["/no/such/file", "/"] {
        let finished = run(groupme(&["decode", file])).await;
        assert_eq!((finished.status, finished.stdout.as_str()), (Some(1), ""));
        assert!(finished.stderr.contains(file), "{}", finished.stderr);
    }
}

#[tokio::test]
async fn lines_come_out_as_they_come_in() {
    let mut command = groupme(&["decode"]);
    command.stdin(std::process::Stdio::piped());
    let mut running = Running::start(command);
    for number in 0..3 {
        running
            .write(&format!("{{\"channel\":\"/{number}\",\"id\":\"1\"}}\n"))
            .await;
        assert_eq!(running.json().await["type"], format!("/{number}"));
    }
}

#[tokio::test]
async fn a_closed_pipe_ends_the_command_quietly_however_long_the_lines() {
    let long = MESSAGE.replace("Ada: hi", &"x".repeat(100_000));
    let input = format!("{MESSAGE}\n{}", format!("{long}\n").repeat(20));
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(input.as_bytes()).unwrap();
    let mut running = Running::start(groupme(&["decode", file.path().to_str().unwrap()]));
    running.line().await;
    let left = running.finish_without_reader(|| {}).await;
    assert_eq!((left.status, left.stderr.as_str()), (Some(0), ""));
}

#[tokio::test]
async fn an_answer_of_the_rest_api_is_opened() {
    let row = r#"{"id":"1","text":"hi"}"#;
    let cases = [
        (
            "message",
            format!(r#"{{"count":2,"messages":[{row},{row}]}}"#),
            2,
        ),
        (
            "message",
            format!(r#"{{"direct_messages":[{row}],"read_receipt":{{"id":"5"}}}}"#),
            1,
        ),
        ("message", format!(r#"{{"message":{row}}}"#), 1),
        ("message", r#"{"count":0,"messages":[]}"#.to_owned(), 0),
        (
            "group",
            r#"[{"id":"7","members":[{"user_id":"1"}]}]"#.to_owned(),
            1,
        ),
        (
            "group",
            r#"{"id":"7","members":[{"user_id":"1"}],"messages":{"count":1}}"#.to_owned(),
            1,
        ),
        (
            "member",
            r#"{"memberships":[{"id":"1"},{"id":"2"}]}"#.to_owned(),
            2,
        ),
        (
            "chat",
            r#"[{"other_user":{"id":"1"},"messages_count":1}]"#.to_owned(),
            1,
        ),
        ("poll", r#"{"polls":[{"data":{"id":"1"}}]}"#.to_owned(), 1),
        (
            "calendar-event",
            r#"{"events":[{"event_id":"1"}]}"#.to_owned(),
            1,
        ),
        ("user", r#"{"id":"1","name":"Ada"}"#.to_owned(), 1),
    ];
    for (kind, content, count) in cases {
        let answer = format!(r#"{{"response":{content},"meta":{{"code":200}}}}"#);
        for input in [&answer, &content] {
            let lines = decoded(&["--as", kind], input).await;
            assert_eq!(lines.len(), count, "{kind}: {input}");
            assert!(lines.iter().all(|line| line["typed"] == true), "{lines:?}");
        }
    }
    let refusal = r#"{"meta":{"code":404,"errors":["no"]},"response":null}"#;
    let finished = decode(&["--as", "message"], refusal).await;
    let error = finished.refused(1);
    assert!(
        error.contains("without content, with the code 404"),
        "{error}"
    );
    // As the default, a frame, it is named.
    for (input, name) in [
        (
            r#"{"response":{"messages":[]},"meta":{"code":200}}"#,
            "an answer of the REST API",
        ),
        (r#"{"id":"7","name":"Rowers"}"#, "`--as group`"),
    ] {
        let finished = decode(&[], input).await;
        let error = finished.refused(1);
        assert!(
            error.contains(name) && error.contains("`--as message`"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_list_larger_than_a_document_may_be_is_decoded_element_by_element() {
    let row = format!(
        r#"{{"id":"1","group_id":"2","text":"{}"}}"#,
        "x".repeat(900_000)
    );
    let rows = vec![row; 40];
    for between in [",", ",\n  "] {
        let list = format!("[{}]\n", rows.join(between));
        let lines = decoded(&["--as", "message"], &list).await;
        assert_eq!(lines.len(), 40);
        let broken = decode(&["--as", "message"], &list[..list.len() - 20]).await;
        assert_eq!((broken.status, broken.json().len()), (Some(1), 39));
        let error = broken.stderr;
        assert!(error.contains("not JSON: an unexpected end"), "{error}");
    }
    // So is one of very many small elements.
    let dense = format!("[{}{{\"id\":\"1\"}}]", "{\"id\":\"1\"},".repeat(20_000));
    assert_eq!(decoded(&["--as", "message"], dense).await.len(), 20_001);
    let frames = format!(
        "[{}]",
        vec![MESSAGE.replace("Ada: hi", &"x".repeat(900_000)); 20].join(",")
    );
    assert_eq!(decoded(&[], &frames).await.len(), 20);
}

#[tokio::test]
async fn values_and_objects_that_take_far_more_than_their_document_are_refused() {
    for kind in ["frame", "message"] {
        let dense = format!(
            r#"{{"id":"1","attachments":[{}{{}}]}}"#,
            "{},".repeat(200_000)
        );
        let result = decode(&["--as", kind], dense).await;
        let error = result.refused(1);
        assert!(error.contains("more than"), "{error}");
        assert!(error.contains("objects"), "{error}");
        // Small attachments became eighteen times as large in memory.
        let small =
            r#"{"type":"x","a":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},"#;
        let dense = format!(
            r#"{{"id":"1","attachments":[{}{{}}]}}"#,
            small.repeat(100_000)
        );
        let result = decode(&["--as", kind], dense).await;
        assert!(result.refused(1).contains("objects"), "{}", result.stderr);
        let dense = format!(r#"{{"id":"1","x":[{}0]}}"#, "0,".repeat(2_000_000));
        let result = decode(&["--as", kind], dense).await;
        let error = result.refused(1);
        assert!(error.contains("has more than 565538 values"), "{error}");
    }
}

#[tokio::test]
async fn equal_complaints_are_counted_after_the_first_few() {
    let list = format!("[{}{{}}]", "{},".repeat(20_000));
    let finished = decode(&[], list).await;
    assert_eq!(finished.status, Some(1));
    let lines: Vec<_> = finished.stderr.lines().collect();
    assert_eq!(lines.len(), 11, "{}", finished.stderr);
    assert!(
        lines[..10]
            .iter()
            .all(|line| line.contains("no Bayeux message"))
    );
    assert!(
        lines[10].starts_with("groupme: standard input: 19991 more: no Bayeux message"),
        "{}",
        lines[10]
    );
    // Other complaints are not lost among them.
    let lines = format!("{}nonsense\n[1]\n", "{}\n".repeat(50));
    let finished = decode(&[], lines).await;
    for what in [
        "40 more: no Bayeux message",
        "line 51, ",
        "1 elements are not messages",
    ] {
        assert!(finished.stderr.contains(what), "{}", finished.stderr);
    }
}

#[tokio::test]
async fn values_that_are_not_printed_as_written_are_counted_in_a_warning() {
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    for (payload, told) in [
        (
            r#"{"type":"x","a":1e400}"#.to_owned(),
            "1 value counts as null",
        ),
        (
            format!(r#"{{"type":"x","a":{deep},"b":{deep}}}"#),
            "2 values count as null",
        ),
        (
            r#"{"type":"x","c":123456789012345678901234567890}"#.to_owned(),
            "1 integer of more than 64 bits is rounded",
        ),
        (
            r#"{"type":"x","c":1,"c":2}"#.to_owned(),
            "1 member is left out",
        ),
    ] {
        let finished = decode(&["--as", "push"], &payload).await;
        assert_eq!((finished.status, finished.json().len()), (Some(0), 1));
        let told = format!("line 1, offset 0: {told}");
        assert!(finished.stderr.contains(&told), "{}", finished.stderr);
    }
}
