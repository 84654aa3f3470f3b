package ai.scailabs.vault.identity.scaikey;

import ai.scailabs.vault.identity.directory.GroupId;
import ai.scailabs.vault.identity.directory.IdentityStatus;
import ai.scailabs.vault.identity.directory.UserId;
import ai.scailabs.vault.identity.mirror.ToldGroup;
import ai.scailabs.vault.identity.mirror.ToldMember;
import ai.scailabs.vault.identity.mirror.ToldPartner;
import ai.scailabs.vault.identity.mirror.ToldTenant;
import ai.scailabs.vault.identity.mirror.ToldUser;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads what ScaiKey writes, in lists and in events. Members that nobody here knows are passed over, as ScaiKey may say more than is wanted; those that are known are what they
 * must be, or the whole is refused.
 */
public final class ScaiKeyJson {
    private static final int MAX_TEXT = 256;
    private static final int MAX_DEPTH = 16;
    private static final int MAX_ROLES = 32;
    private static final Pattern ROLE = Pattern.compile("[A-Za-z0-9_.:-]{1,64}");
    private static final Pattern TYPE = Pattern.compile("[A-Z][A-Z_]{0,31}");

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxNumberLength(100)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private ScaiKeyJson() {}

    /** @throws MalformedWord when it is anything but a JSON object */
    public static JsonNode object(byte[] json) throws MalformedWord {
        try {
            JsonNode node = MAPPER.readTree(json);
            if (node == null || !node.isObject()) {
                throw new MalformedWord("not a JSON object");
            }
            return node;
        } catch (JacksonException malformed) {
            throw new MalformedWord("not well-formed JSON");
        }
    }

    static ToldPartner partner(JsonNode node) throws MalformedWord {
        return partner(id(node, "id", PartnerId::parse), node);
    }

    /** @param node may say a part only */
    public static ToldPartner partner(PartnerId id, JsonNode node) throws MalformedWord {
        return new ToldPartner(id, text(node, "name"), text(node, "slug"), text(node, "region"), status(node));
    }

    static ToldTenant tenant(JsonNode node) throws MalformedWord {
        return tenant(id(node, "id", TenantId::parse), node);
    }

    /** @param node may say a part only */
    public static ToldTenant tenant(TenantId id, JsonNode node) throws MalformedWord {
        return new ToldTenant(id, text(node, "name"), text(node, "slug"), status(node));
    }

    static ToldUser user(JsonNode node) throws MalformedWord {
        return user(id(node, "id", UserId::parse), node);
    }

    /** @param node may say a part only */
    public static ToldUser user(UserId id, JsonNode node) throws MalformedWord {
        return new ToldUser(
                id,
                text(node, "email"),
                text(node, "display_name"),
                status(node),
                flag(node, "mfa_enabled"),
                roles(node));
    }

    static ToldGroup group(JsonNode node) throws MalformedWord {
        return group(id(node, "id", GroupId::parse), node);
    }

    /** @param node may say a part only */
    public static ToldGroup group(GroupId id, JsonNode node) throws MalformedWord {
        return new ToldGroup(id, text(node, "name"), text(node, "description"), status(node));
    }

    /** @param present what is said of them: that they are in it, or no more */
    public static ToldMember member(JsonNode node, boolean present) throws MalformedWord {
        String type = text(node, "membership_type");
        if (type != null && !TYPE.matcher(type).matches()) {
            throw new MalformedWord("membership_type is malformed");
        }
        return new ToldMember(
                id(node, "user_id", UserId::parse), type == null ? "DIRECT" : type, time(node, "added_at"), present);
    }

    /** A member that must be there. */
    public static <T> T id(JsonNode node, String name, Function<String, Optional<T>> parser) throws MalformedWord {
        T id = optionalId(node, name, parser);
        if (id == null) {
            throw new MalformedWord(name + " is missing");
        }
        return id;
    }

    public static <T> @Nullable T optionalId(JsonNode node, String name, Function<String, Optional<T>> parser)
            throws MalformedWord {
        String text = text(node, name);
        if (text == null) {
            return null;
        }
        Optional<T> parsed = parser.apply(text);
        if (parsed.isEmpty()) {
            throw new MalformedWord(name + " is malformed");
        }
        return parsed.get();
    }

    /** What is not for printing is left out: it is shown to people. */
    private static @Nullable String text(JsonNode node, String name) throws MalformedWord {
        JsonNode value = node.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isString() || value.stringValue().length() > MAX_TEXT) {
            throw new MalformedWord(name + " is no text of at most " + MAX_TEXT + " characters");
        }
        String clean = value.stringValue()
                .codePoints()
                .filter(c -> !Character.isISOControl(c)
                        && Character.getType(c) != Character.FORMAT
                        && Character.getType(c) != Character.SURROGATE)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return clean.isBlank() ? null : clean;
    }

    /** With any offset; absent when it is not there. */
    public static @Nullable Instant time(JsonNode node, String name) throws MalformedWord {
        String text = text(node, name);
        if (text == null) {
            return null;
        }
        try {
            // As the database keeps it: two that are compared must not be rounded by different hands.
            Instant time = OffsetDateTime.parse(text).toInstant().truncatedTo(ChronoUnit.MICROS);
            if (time.isBefore(Instant.EPOCH) || time.isAfter(Instant.parse("9999-01-01T00:00:00Z"))) {
                throw new MalformedWord(name + " lies outside of what is sensible");
            }
            return time;
        } catch (DateTimeException malformed) {
            throw new MalformedWord(name + " is no time");
        }
    }

    /** @throws MalformedWord also when it is missing */
    public static boolean requiredFlag(JsonNode node, String name) throws MalformedWord {
        Boolean flag = flag(node, name);
        if (flag == null) {
            throw new MalformedWord(name + " is missing");
        }
        return flag;
    }

    private static @Nullable Boolean flag(JsonNode node, String name) throws MalformedWord {
        JsonNode value = node.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isBoolean()) {
            throw new MalformedWord(name + " is neither true nor false");
        }
        return value.booleanValue();
    }

    private static @Nullable IdentityStatus status(JsonNode node) throws MalformedWord {
        return optionalId(node, "status", IdentityStatus::parse);
    }

    private static @Nullable List<String> roles(JsonNode node) throws MalformedWord {
        JsonNode value = node.path("roles");
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        List<String> roles = new ArrayList<>();
        if (!value.isArray() || value.size() > MAX_ROLES) {
            throw new MalformedWord("roles is no list of at most " + MAX_ROLES);
        }
        for (JsonNode each : value) {
            if (!each.isString() || !ROLE.matcher(each.stringValue()).matches()) {
                throw new MalformedWord("roles has something that is no role");
            }
            roles.add(each.stringValue());
        }
        return roles;
    }
}
