//! The JSON Schema accepts what the reader accepts, and refuses what is wrong with a single setting.

use goldilocks::spec;
use serde_json::{Map, Value as Json, json};
use toml::de::{DeTable, DeValue};

const STUDY: &str = r#"
name = "learning-rate"
description = "How the learning rate decides between slow, fast and never."

[problem]
kind = "parabola"
curvature = 0.625
start = 1.0

[grid]
learning_rate = [0.1, 0.7, 1.0, 1.6, 1.8, 4.0]

[stop]
max_steps = 1000
converged = { distance = 0.0055 }
diverged = { loss_factor = 1e3 }

[[expect]]
where = { learning_rate = 0.7 }
steps = 10
"#;

const BATCH_SIZES: &str = r#"
name = "batch-size"

[problem]
kind = "linear-regression"
initial = "uniform"
initial_value = 0.5

[data]
csv = "diabetes.csv"
target = "target"
features = ["age", "bmi"]
scale = "standard"
test_fraction = 0.2
sampling = "shuffle"

[optimizer]
kind = "sgd"
nesterov = true

[random]
data = "shared"
order = "per-seed"

[[grid]]
learning_rate = { log = [0.001, 1], count = 13 }
batch_size = { powers_of_two = [1, 256] }
seed = { count = 10 }
optimizer.momentum = [0, 0.9]
exclude = [{ learning_rate = { above = 0.3 }, batch_size = [1, 2] }, { "optimizer.momentum" = 0.9, seed = 3 }]

[[grid]]
learning_rate = { from = 0.1, to = 0.3, count = 3 }
batch_size = ["full", 442, 100]
seed = { from = 5, count = 5 }
"data.scale" = "min-max"
zip = [["learning_rate", "batch_size"]]

[stop]
max_epochs = 100
evaluate_every = "epoch"
converged = { relative_gap = 0.01, plateau = { change = 1e-6, window = 3 }, hold = 2 }

[record]
curves = "all"
max_curves = 10

[check]
fail_on = ["median:10%"]

[[expect]]
where = { batch_size = "full", learning_rate = { at_least = 0.1 } }
over = { quantile = 0.9 }
success_rate = { at_least = 0.5 }
steps = { at_most = 100 }
final_loss = 3000
best_learning_rate = { at_least = 0.1, batch_size = "full" }
fewer_steps_than = { where = { batch_size = 1 } }
"#;

const PROGRAM: &str = r#"
name = "program"
[params]
width = 64
name = "wide"
[problem]
kind = "command"
program = ["./train", "{params.width}", "{params.name}", "{params.dropout}", "{params.depth}"]
timeout = "10 min"
gpus = [0, 1]
inputs = []
[problem.env]
A = "b"
[[grid]]
learning_rate = 1
"params.dropout" = [0, 0.5, true]
[grid.params]
depth = { from = 1, to = 3, count = 3 }
[stop]
max_steps = 10
[[expect]]
where = { "params.dropout" = 0.5 }
status = "exhausted"
"#;

#[test]
fn specs_that_can_be_read_are_valid() {
    for text in [STUDY, BATCH_SIZES, PROGRAM, spec::STARTER, spec::COMMAND_STARTER] {
        assert_eq!(errors(text), Vec::<String>::new());
    }
}

#[test]
fn mistakes_in_single_settings_are_found() {
    let cases = [
        ("curvature = 0.625", "curvture = 0.625", "/problem/curvture"),
        ("curvature = 0.625", "curvature = 0", "/problem/curvature"),
        ("curvature = 0.625", "curvature = \"steep\"", "/problem/curvature"),
        ("\"parabola\"", "\"parabla\"", "/problem/kind"),
        ("kind = \"parabola\"\n", "", "/problem"),
        ("\"learning-rate\"", "\"learning/rate\"", "/name"),
        ("max_steps = 1000", "max_steps = 0", "/stop/max_steps"),
        ("max_steps = 1000", "max_steps = 10.5", "/stop/max_steps"),
        ("0.7, 1.0", "-0.7, 1.0", "/grid"),
        ("[0.1, 0.7, 1.0, 1.6, 1.8, 4.0]", "[]", "/grid"),
        ("[0.1, 0.7, 1.0, 1.6, 1.8, 4.0]", "{ count = 3 }", "/grid"),
        ("learning_rate = [", "learning_rte = [", "/grid"),
        ("distance = 0.0055", "distanc = 0.0055", "/stop/converged/distanc"),
        ("\nsteps = 10", "\nstep = 10", "/expect/0/step"),
    ];
    for (right, wrong, place) in cases {
        assert!(STUDY.contains(right), "{right}");
        assert_eq!(errors(&STUDY.replacen(right, wrong, 1)), [place], "{wrong}");
    }
}

#[test]
fn everything_is_described() {
    fn walk(path: &str, schema: &Json, undescribed: &mut Vec<String>) {
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let path = format!("{path}/{name}");
            let is_described = |schema: &Json| schema["description"].is_string();
            let alternatives = property["anyOf"].as_array();
            let each_is_described = alternatives.is_some_and(|schemas| schemas.iter().all(is_described));
            let is_section = property["properties"].is_object();
            if !is_section && !is_described(property) && !each_is_described {
                undescribed.push(path.clone());
            }
            walk(&path, property, undescribed);
        }
    }
    let mut undescribed = Vec::new();
    let mut schema = spec::schema();
    schema["properties"]["expect"] = json!({});
    walk("", &schema, &mut undescribed);
    walk("/grid", &schema["$defs"]["block"], &mut undescribed);
    assert_eq!(undescribed, ["/expect"]);
}

/// The places in a spec at which the schema does not hold.
fn errors(text: &str) -> Vec<String> {
    let table = DeTable::parse(text).unwrap().into_inner();
    let (schema, mut errors) = (spec::schema(), Vec::new());
    validate(&schema, "", &schema, &to_json(DeValue::Table(table)), &mut errors);
    errors
}

fn to_json(value: DeValue<'_>) -> Json {
    match value {
        DeValue::String(text) => json!(text),
        DeValue::Integer(integer) => json!(integer.as_str().parse::<i64>().unwrap()),
        DeValue::Float(float) => json!(float.as_str().parse::<f64>().unwrap()),
        DeValue::Boolean(flag) => json!(flag),
        DeValue::Datetime(date) => json!(date.to_string()),
        DeValue::Array(items) => items.into_iter().map(|item| to_json(item.into_inner())).collect(),
        DeValue::Table(table) => {
            let entries =
                table.into_iter().map(|(key, item)| (key.into_inner().into_owned(), to_json(item.into_inner())));
            Json::Object(entries.collect::<Map<String, Json>>())
        }
    }
}

/// As much of the standard as the schema uses; panics at a keyword it does not know.
fn validate(root: &Json, place: &str, schema: &Json, value: &Json, errors: &mut Vec<String>) {
    let mut holds = true;
    let number = value.as_f64();
    for (keyword, argument) in schema.as_object().expect("a schema is an object") {
        let limit = || argument.as_f64().unwrap();
        holds &= match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" | "default" | "patternProperties" => true,
            // Beside "properties" it is looked at there.
            "additionalProperties" => {
                let open = value.as_object().filter(|_| argument.is_object());
                for (name, item) in open.into_iter().flatten() {
                    validate(root, &format!("{place}/{name}"), argument, item, errors);
                }
                true
            }
            "propertyNames" => {
                let names = value.as_object().into_iter().flatten().map(|(name, _)| name);
                names.into_iter().all(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
            }
            "$ref" => {
                let definition = argument.as_str().unwrap().trim_start_matches('#');
                validate(root, place, root.pointer(definition).unwrap(), value, errors);
                true
            }
            "type" => match argument.as_str().unwrap() {
                "object" => value.is_object(),
                "array" => value.is_array(),
                "string" => value.is_string(),
                "boolean" => value.is_boolean(),
                "integer" => value.is_i64() || value.is_u64(),
                "number" => value.is_number(),
                other => panic!("unknown type {other}"),
            },
            "enum" => argument.as_array().unwrap().contains(value),
            "const" => argument == value,
            "minimum" => number.is_none_or(|number| number >= limit()),
            "maximum" => number.is_none_or(|number| number <= limit()),
            "exclusiveMinimum" => number.is_none_or(|number| number > limit()),
            "exclusiveMaximum" => number.is_none_or(|number| number < limit()),
            "minLength" => value.as_str().is_none_or(|text| text.len() as f64 >= limit()),
            // The only pattern is that of a folder's name.
            "pattern" => value.as_str().is_none_or(|text| !text.contains('/')),
            "minItems" => value.as_array().is_none_or(|items| items.len() as f64 >= limit()),
            "maxItems" => value.as_array().is_none_or(|items| items.len() as f64 <= limit()),
            "uniqueItems" => {
                value.as_array().is_none_or(|items| (1..items.len()).all(|i| !items[..i].contains(&items[i])))
            }
            "minProperties" => value.as_object().is_none_or(|object| object.len() as f64 >= limit()),
            "required" => {
                let names = argument.as_array().unwrap();
                value.is_object() && names.iter().all(|name| value.get(name.as_str().unwrap()).is_some())
            }
            "anyOf" => argument.as_array().unwrap().iter().any(|schema| {
                let mut errors = Vec::new();
                validate(root, place, schema, value, &mut errors);
                errors.is_empty()
            }),
            "items" => {
                for (position, item) in value.as_array().into_iter().flatten().enumerate() {
                    validate(root, &format!("{place}/{position}"), argument, item, errors);
                }
                true
            }
            "properties" => {
                for (name, item) in value.as_object().into_iter().flatten() {
                    let place = format!("{place}/{name}");
                    match argument.get(name) {
                        Some(schema) => validate(root, &place, schema, item, errors),
                        // The only pattern is that of a name of the user's own.
                        None if name.starts_with("params.") && schema.get("patternProperties").is_some() => {
                            let patterns = schema["patternProperties"].as_object().unwrap();
                            patterns.values().for_each(|schema| validate(root, &place, schema, item, errors));
                        }
                        None if schema["additionalProperties"] == json!(false) => errors.push(place),
                        None => {}
                    }
                }
                true
            }
            other => panic!("unknown keyword {other}"),
        };
    }
    if !holds {
        errors.push(place.to_owned());
    }
}
