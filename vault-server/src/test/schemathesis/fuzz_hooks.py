"""What bin/fuzz tells the tool about the service that the schema language does not say. Each rule has its reason beside it."""

import copy

import schemathesis

PARTS = ("properties", "patternProperties", "$defs")
VERBS = ("get", "put", "post", "patch", "delete")


@schemathesis.serializer("application/ocsp-request")
def ocsp_request(context, value):
    """Bytes of any kind: whether they are a question in DER is for the service to find out."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@schemathesis.hook
def before_load_schema(context, document):
    """The document says in words that an empty parameter, and a member that is null, count as absent."""
    for item in document["paths"].values():
        for holder in [item] + [item[verb] for verb in VERBS if verb in item]:
            for place, parameter in enumerate(holder.get("parameters", [])):
                parameter = copy.deepcopy(resolved(document, parameter))
                if parameter["in"] == "query" and not parameter.get("required"):
                    parameter["schema"] = {"anyOf": [parameter["schema"], {"const": ""}]}
                holder["parameters"][place] = parameter
    # Copies, as what is asked and what is answered share schemas, and answers are to be held to theirs.
    schemas = document["components"]["schemas"]
    for name in list(schemas):
        schemas["Sent" + name] = sent(copy.deepcopy(schemas[name]), optional=False)
    for body in document["components"]["requestBodies"].values():
        for media in body["content"].values():
            media["schema"] = sent(media["schema"], optional=False)
    for item in document["paths"].values():
        for verb in VERBS:
            for media in item.get(verb, {}).get("requestBody", {}).get("content", {}).values():
                media["schema"] = sent(media["schema"], optional=False)


def resolved(document, node):
    while "$ref" in node:
        found = document
        for step in node["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        node = found
    return node


def sent(schema, optional):
    """The schema as it is for what is sent: members that are not required may be null."""
    if not isinstance(schema, dict):
        return schema
    here = dict(schema)
    if "$ref" in here and "/Sent" not in here["$ref"]:
        here["$ref"] = here["$ref"].replace("#/components/schemas/", "#/components/schemas/Sent")
    for part in PARTS:
        if part in here:
            needed = here.get("required", [])
            here[part] = {
                name: sent(member, optional=part == "properties" and name not in needed)
                for name, member in here[part].items()
            }
    for part in ("items", "additionalProperties", "not", "if", "then", "else"):
        if part in here:
            here[part] = sent(here[part], optional=False)
    for part in ("anyOf", "oneOf", "allOf"):
        if part in here:
            here[part] = [sent(member, optional=False) for member in here[part]]
    return {"anyOf": [here, {"type": "null"}]} if optional else here


@schemathesis.hook
def before_call(context, case, kwargs):
    path = (case.path_parameters or {}).get("path")
    if isinstance(path, str):
        # Paths of secrets span slashes, which are sent as they are.
        case.path_parameters["path"] = path.replace("%2F", "/")
    for name in list(case.headers or {}):
        if name.lower() == "x-tenant-id":
            # A tenant that is not there ends the call before anything else is looked at.
            del case.headers[name]
        elif name.lower() == "if-match" and case.headers[name] == "0":
            # Stands where the tool can make no value that follows the pattern.
            del case.headers[name]
    if case.query and case.meta is not None and case.meta.generation.mode.is_positive:
        # Cursors are signed by the service.
        case.query.pop("cursor", None)
    if case.operation.path == "/v1/auth/revoke" and isinstance(case.body, dict):
        # The tool takes what it saw in answers, its own name among it, and would be nobody from then on.
        if "partner-admin" in str(case.body.get("identity_id")):
            case.body["identity_id"] = "user:leaver@acme-web.example"
    if "partner_admin" in str((case.path_parameters or {}).get("user_id")):
        case.path_parameters["user_id"] = "usr_leaver"
    if case.operation.path.endswith("/poll"):
        # Or else it waits for half a minute.
        case.query = {"timeout": 0} | {name: value for name, value in (case.query or {}).items() if name != "timeout"}
