//! A JSON Schema of specs (draft 2020-12), made of the table of settings, so that editors complete and check what the reader accepts.
//!
//! It says less than the reader: which settings go together is not expressed, only which exist and what each may be.

use serde_json::{Map, Value as Json, json};

use super::expect::ExpectKey;
use super::key::{self, Default, Key, PARAMS, Place, When};
use super::keys;
use super::kind::{Kind, Limit, Range};
use super::sections::{PICTURES_WHERE, PICTURES_WHERE_DOC};
use super::suggest;
use super::words::OverKind;
use crate::outcome::Status;

/// The schema.
pub fn schema() -> Json {
    let mut root = section("");
    root["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    root["title"] = json!("A Goldilocks study");
    root["required"] = json!(["name", "problem", "grid", "stop"]);
    root["properties"]["problem"]["required"] = json!(["kind"]);
    let properties = &mut root["properties"];
    properties["grid"] = json!({
        "description": "The axes; every axis of a block multiplies the others. Several [[grid]] blocks are united.",
        "anyOf": [reference("block"), { "type": "array", "minItems": 1, "items": reference("block") }],
    });
    properties["expect"] = json!({
        "description": "What `goldilocks check` holds the runs to.",
        "type": "array",
        "items": expectation(),
    });
    properties[PARAMS] = named("What the program is told of beside the usual settings.", setting(Kind::Own));
    properties["problem"]["properties"]["env"] =
        named("What is set in the program's environment.", setting(Kind::Text));
    let boundary = &mut properties["record"]["properties"]["boundary"];
    boundary["properties"][PICTURES_WHERE] = reference("conditions");
    boundary["properties"][PICTURES_WHERE]["description"] = json!(PICTURES_WHERE_DOC);
    root["$defs"] = json!({ "block": block(), "conditions": conditions(), "bounds": bounds(&[]) });
    root
}

/// What is used more than once is defined once.
fn reference(definition: &str) -> Json {
    json!({ "$ref": format!("#/$defs/{definition}") })
}

/// The settings in a section, with the sections inside it.
fn section(path: &str) -> Json {
    let mut properties = Map::new();
    for key in keys::all().filter(|key| key.place != Place::Grid) {
        let Some(rest) = inside(key.path, path) else { continue };
        match rest.split_once('.') {
            None => add(&mut properties, rest, described(key, setting(key.kind))),
            Some((child, _)) if !properties.contains_key(child) => {
                let child_path = super::flatten::join(path, child);
                properties.insert(child.to_owned(), section(&child_path));
            }
            Some(_) => {}
        }
    }
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

/// A section whose names are the user's own.
fn named(description: &str, schema: Json) -> Json {
    json!({
        "description": description,
        "type": "object",
        "propertyNames": { "pattern": "^[A-Za-z_][A-Za-z0-9_]*$" },
        "additionalProperties": schema,
    })
}

/// The path within a section.
fn inside<'p>(path: &'p str, section: &str) -> Option<&'p str> {
    if section.is_empty() { Some(path) } else { path.strip_prefix(section)?.strip_prefix('.') }
}

/// Adds a property; one that is there already (for another kind of data) becomes an alternative.
fn add(properties: &mut Map<String, Json>, name: &str, schema: Json) {
    match properties.get_mut(name) {
        Some(other) => *other = alternatives(other.take(), schema),
        None => {
            properties.insert(name.to_owned(), schema);
        }
    }
}

/// A block of the grid: axes by their dotted path, or nested as TOML reads a dotted key without quotes.
fn block() -> Json {
    let mut block = axes(&|key| {
        let mut schema = axis(key.kind);
        schema["description"] = json!(documentation(key));
        schema
    });
    add_own(&mut block, axis(Kind::Own));
    block["properties"]["zip"] = json!({
        "description": "Groups of axes that are walked together.",
        "type": "array",
        "items": { "type": "array", "minItems": 2, "items": { "type": "string" } },
    });
    let mut exclude = reference("conditions");
    exclude["minProperties"] = json!(1);
    block["properties"]["exclude"] = json!({ "description": "Points to drop.", "type": "array", "items": exclude });
    block["anyOf"] = json!([{ "required": ["learning_rate"] }]);
    block
}

/// Adds axes of the user's own, by their dotted path or nested.
fn add_own(axes: &mut Json, schema: Json) {
    axes["properties"][PARAMS] = named("Axes of the program's own.", schema.clone());
    let mut patterns = Map::new();
    patterns.insert(format!("^{}\\.[A-Za-z_][A-Za-z0-9_]*$", PARAMS), schema);
    axes["patternProperties"] = Json::Object(patterns);
}

/// One schema or the other; a third joins the first two.
fn alternatives(mut first: Json, second: Json) -> Json {
    match first.as_object_mut().filter(|first| first.len() == 1).and_then(|first| first.get_mut("anyOf")) {
        Some(Json::Array(schemas)) => {
            schemas.push(second);
            first
        }
        _ => json!({ "anyOf": [first, second] }),
    }
}

/// An object with a property per axis, as `schema` describes it.
fn axes(schema: &dyn Fn(&Key) -> Json) -> Json {
    fn nested(section: &str, schema: &dyn Fn(&Key) -> Json) -> Map<String, Json> {
        let mut properties = Map::new();
        for key in keys::all().filter(|key| key.place != Place::Fixed) {
            let Some(rest) = inside(key.path, section) else { continue };
            match rest.split_once('.') {
                None => add(&mut properties, rest, schema(key)),
                Some((child, _)) if !properties.contains_key(child) => {
                    let child_path = super::flatten::join(section, child);
                    let inner = nested(&child_path, schema);
                    let object = json!({ "type": "object", "additionalProperties": false, "properties": inner });
                    properties.insert(child.to_owned(), object);
                }
                Some(_) => {}
            }
        }
        properties
    }
    let mut properties = nested("", schema);
    for key in keys::all().filter(|key| key.place == Place::Anywhere) {
        add(&mut properties, key.path, schema(key));
    }
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

/// The forms of an axis.
fn axis(kind: Kind) -> Json {
    let value = setting(kind);
    let mut forms = vec![value.clone(), json!({ "type": "array", "minItems": 1, "items": value })];
    if kind.is_numeric() {
        let end = bare(kind);
        let ends = json!({ "type": "array", "minItems": 2, "maxItems": 2, "items": end });
        forms
            .push(object(&[("from", end.clone()), ("to", end.clone()), ("count", count(2))], &["from", "to", "count"]));
        forms.push(object(&[("log", ends.clone()), ("count", count(2))], &["log", "count"]));
        forms.push(object(&[("powers_of_two", ends)], &["powers_of_two"]));
        if kind.is_count() {
            forms.push(object(&[("from", end), ("count", count(1))], &["count"]));
        }
    }
    json!({ "anyOf": forms })
}

fn conditions() -> Json {
    let condition = |kind: Kind| {
        let value = setting(kind);
        let mut forms = vec![value.clone(), json!({ "type": "array", "minItems": 1, "items": value })];
        if kind.is_numeric() {
            forms.push(reference("bounds"));
        }
        json!({ "anyOf": forms })
    };
    let mut conditions = axes(&|key| condition(key.kind));
    add_own(&mut conditions, condition(Kind::Own));
    conditions
}

fn bounds(others: &[(&str, Json)]) -> Json {
    let number = json!({ "type": "number" });
    let names = ["above", "below", "at_least", "at_most"];
    let properties: Vec<(&str, Json)> =
        names.iter().map(|name| (*name, number.clone())).chain(others.iter().cloned()).collect();
    let mut bounds = object(&properties, &[]);
    bounds["anyOf"] = names.iter().map(|name| json!({ "required": [name] })).collect();
    bounds
}

fn expectation() -> Json {
    let number_or_bounds = |kind| json!({ "anyOf": [setting(kind), reference("bounds")] });
    let quantile = object(&[("quantile", setting(Kind::Number(Range::UNIT)))], &["quantile"]);
    let batch_size = keys::all().find(|key| key.path == "batch_size").map(|key| ("batch_size", setting(key.kind)));
    let than = object(&[("where", reference("conditions"))], &["where"]);
    let property = |key: ExpectKey| match key {
        ExpectKey::Where => reference("conditions"),
        ExpectKey::Over => json!({ "anyOf": [setting(Kind::Choice(OverKind::WORDS)), quantile] }),
        ExpectKey::Steps => number_or_bounds(Kind::Count { least: 0 }),
        ExpectKey::Status => setting(Kind::Choice(Status::WORDS)),
        ExpectKey::SuccessRate => number_or_bounds(Kind::Number(Range::UNIT)),
        ExpectKey::FinalLoss => number_or_bounds(Kind::Number(Range::ANY)),
        ExpectKey::BestLearningRate => bounds(batch_size.as_slice()),
        ExpectKey::FewerStepsThan => than.clone(),
    };
    let described = |key: ExpectKey| {
        let mut schema = property(key);
        schema["description"] = json!(key.doc());
        (key.name(), schema)
    };
    let properties: Vec<(&str, Json)> = ExpectKey::ALL.into_iter().map(described).collect();
    object(&properties, &[])
}

/// A closed object.
fn object(properties: &[(&str, Json)], required: &[&str]) -> Json {
    let properties: Map<String, Json> =
        properties.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    json!({ "type": "object", "additionalProperties": false, "properties": properties, "required": required })
}

fn count(least: u64) -> Json {
    json!({ "type": "integer", "minimum": least })
}

/// A value of this kind.
fn setting(kind: Kind) -> Json {
    match kind {
        Kind::Number(_) | Kind::Count { .. } => bare(kind),
        Kind::CountOr { word } => json!({ "anyOf": [bare(kind), { "const": word }] }),
        Kind::Choice(words) => json!({ "enum": words }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Text => json!({ "type": "string" }),
        Kind::Path => json!({ "type": "string", "minLength": 1 }),
        Kind::FolderName => json!({ "type": "string", "pattern": "^[A-Za-z0-9_-][A-Za-z0-9._-]*$" }),
        Kind::Names => names(),
        Kind::Texts => json!({ "anyOf": [{ "type": "string" }, names()] }),
        Kind::Counts { least } => json!({ "type": "array", "items": count(least) }),
        Kind::Arguments { least } => json!({ "type": "array", "minItems": least, "items": { "type": "string" } }),
        Kind::Time => json!({ "type": "string", "minLength": 1 }),
        Kind::Own => json!({ "anyOf": [bare(kind), { "type": "string" }, { "type": "boolean" }] }),
    }
}

fn names() -> Json {
    json!({ "type": "array", "minItems": 1, "uniqueItems": true, "items": { "type": "string" } })
}

/// The numbers of this kind, without the words.
fn bare(kind: Kind) -> Json {
    if let Kind::Own = kind {
        return json!({ "type": "number" });
    }
    let Kind::Number(range) = kind else { return count(kind.least_count()) };
    let mut schema = json!({ "type": "number" });
    match range.low {
        Limit::Open => {}
        Limit::Included(low) => schema["minimum"] = json!(low),
        Limit::Excluded(low) => schema["exclusiveMinimum"] = json!(low),
    }
    match range.high {
        Limit::Open => {}
        Limit::Included(high) => schema["maximum"] = json!(high),
        Limit::Excluded(high) => schema["exclusiveMaximum"] = json!(high),
    }
    schema
}

fn described(key: &Key, mut schema: Json) -> Json {
    schema["description"] = json!(documentation(key));
    if let Some(default) = default(key.default) {
        schema["default"] = default;
    }
    schema
}

fn default(default: Default) -> Option<Json> {
    match default {
        Default::Required | Default::Absent => None,
        Default::Number(number) => Some(json!(number)),
        Default::Count(count) => Some(json!(count)),
        Default::Flag(flag) => Some(json!(flag)),
        Default::Text(text) => Some(json!(text)),
    }
}

/// The documentation of a setting, with the kinds it is for.
fn documentation(key: &Key) -> String {
    let conditions = key.when.iter().map(|when| match when {
        When::Is(path, words) => {
            format!(" For {} = {}.", key::leaf(path), suggest::list(words.iter().map(|word| format!("\"{word}\""))))
        }
        When::Problem(ability) => {
            let families = keys::TABLE.families.iter().filter(|family| family.abilities.contains(ability));
            let families = suggest::list(families.map(|family| format!("\"{}\"", family.kind.name())));
            if families.is_empty() { String::new() } else { format!(" For problems of kind {families}.") }
        }
    });
    std::iter::once(key.doc.to_owned()).chain(conditions).collect()
}
