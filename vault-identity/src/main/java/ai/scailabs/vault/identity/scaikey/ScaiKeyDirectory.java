package ai.scailabs.vault.identity.scaikey;

import ai.scailabs.vault.access.token.IssuerHttp;
import ai.scailabs.vault.access.token.TokenProperties.Introspection;
import ai.scailabs.vault.identity.directory.GroupId;
import ai.scailabs.vault.identity.directory.UserId;
import ai.scailabs.vault.identity.mirror.ToldGroup;
import ai.scailabs.vault.identity.mirror.ToldMember;
import ai.scailabs.vault.identity.mirror.ToldPartner;
import ai.scailabs.vault.identity.mirror.ToldUser;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Asks ScaiKey for its lists, as the client that also asks about personal tokens: {@code GET {base}/tenants/{id}/users?limit=200&after={last id}}, answered by {@code
 * {"as_of", "items", "has_more"}}. Ids of a list only ever grow from page to page, so that no list is without an end. {@code docs/operations/identity-sync.md} has the whole
 * form. Thread-safe.
 *
 * <p>Every method throws {@link IOException} when there is no good answer within seconds, with a message for the log that repeats nothing of the answer; what is asked for and
 * answered with 404 is empty.
 */
public final class ScaiKeyDirectory {
    public static final int PAGE_SIZE = 200;

    /** How far ScaiKey's clock may be ahead of ours. */
    private static final Duration MAX_AHEAD = Duration.ofMinutes(5);

    private final IssuerHttp http;
    private final URI base;
    private final Introspection client;
    private final Clock clock;

    /** @param base without a slash at its end */
    public ScaiKeyDirectory(IssuerHttp http, URI base, Introspection client, Clock clock) {
        this.http = http;
        this.base = base;
        this.client = client;
        this.clock = clock;
    }

    public Optional<ToldPage<ToldPartner>> partners(@Nullable String after) throws IOException, InterruptedException {
        return page("/partners", after, "id", PartnerId::parse, ScaiKeyJson::partner);
    }

    public Optional<ToldPage<ToldPartner>> partner(PartnerId partner) throws IOException, InterruptedException {
        return one("/partners/" + partner.value(), item -> {
            ToldPartner told = ScaiKeyJson.partner(item);
            return told.id().equals(partner) ? told : null;
        });
    }

    public Optional<ToldPage<ToldTenantOf>> tenants(PartnerId partner, @Nullable String after)
            throws IOException, InterruptedException {
        return page("/partners/" + partner.value() + "/tenants", after, "id", TenantId::parse, item -> {
            ToldTenantOf told = tenantOf(item);
            if (!told.partner().equals(partner)) {
                throw new MalformedWord("partner_id is another partner's");
            }
            return told;
        });
    }

    public Optional<ToldPage<ToldTenantOf>> tenant(TenantId tenant) throws IOException, InterruptedException {
        return one("/tenants/" + tenant.value(), item -> {
            ToldTenantOf told = tenantOf(item);
            return told.tenant().id().equals(tenant) ? told : null;
        });
    }

    public Optional<ToldPage<ToldUser>> users(TenantId tenant, @Nullable String after)
            throws IOException, InterruptedException {
        return page("/tenants/" + tenant.value() + "/users", after, "id", UserId::parse, ScaiKeyJson::user);
    }

    public Optional<ToldPage<ToldGroup>> groups(TenantId tenant, @Nullable String after)
            throws IOException, InterruptedException {
        return page("/tenants/" + tenant.value() + "/groups", after, "id", GroupId::parse, ScaiKeyJson::group);
    }

    public Optional<ToldPage<ToldMember>> members(TenantId tenant, GroupId group, @Nullable String after)
            throws IOException, InterruptedException {
        return page(
                "/tenants/" + tenant.value() + "/groups/" + group.value() + "/members",
                after,
                "user_id",
                UserId::parse,
                item -> ScaiKeyJson.member(item, true));
    }

    private static ToldTenantOf tenantOf(JsonNode item) throws MalformedWord {
        return new ToldTenantOf(ScaiKeyJson.id(item, "partner_id", PartnerId::parse), ScaiKeyJson.tenant(item));
    }

    /** A page of one item. */
    private <T> Optional<ToldPage<T>> one(String path, Reader<T> reader) throws IOException, InterruptedException {
        Optional<String> answer = http.find(URI.create(base + path), client.authorization());
        if (answer.isEmpty()) {
            return Optional.empty();
        }
        try {
            JsonNode document = document(answer.get());
            T told = reader.read(document.path("item"));
            if (told == null) {
                throw new MalformedWord("the item is another one");
            }
            return Optional.of(new ToldPage<>(asOf(document), List.of(told), "", false));
        } catch (MalformedWord malformed) {
            throw unreadable(path, malformed);
        }
    }

    private <T, I> Optional<ToldPage<T>> page(
            String path,
            @Nullable String after,
            String idName,
            Function<String, Optional<I>> idParser,
            Reader<T> reader)
            throws IOException, InterruptedException {
        String query = "?limit=" + PAGE_SIZE
                + (after == null ? "" : "&after=" + URLEncoder.encode(after, StandardCharsets.UTF_8));
        Optional<String> answer = http.find(URI.create(base + path + query), client.authorization());
        if (answer.isEmpty()) {
            return Optional.empty();
        }
        try {
            JsonNode document = document(answer.get());
            JsonNode items = document.path("items");
            boolean hasMore = ScaiKeyJson.requiredFlag(document, "has_more");
            if (!items.isArray() || items.size() > PAGE_SIZE || (hasMore && items.isEmpty())) {
                throw new MalformedWord("items is no list of at most " + PAGE_SIZE + ", or empty before the end");
            }
            List<T> told = new ArrayList<>();
            String last = after == null ? "" : after;
            for (JsonNode item : items) {
                String id = ScaiKeyJson.id(item, idName, idParser).toString();
                if (id.compareTo(last) <= 0) {
                    throw new MalformedWord("the ids of the list do not grow");
                }
                T each = reader.read(item);
                if (each == null) {
                    throw new MalformedWord("the list has something that is not of it");
                }
                told.add(each);
                last = id;
            }
            return Optional.of(new ToldPage<>(asOf(document), told, last, hasMore));
        } catch (MalformedWord malformed) {
            throw unreadable(path, malformed);
        }
    }

    private static JsonNode document(String answer) throws MalformedWord {
        return ScaiKeyJson.object(answer.getBytes(StandardCharsets.UTF_8));
    }

    private Instant asOf(JsonNode document) throws MalformedWord {
        Instant asOf = ScaiKeyJson.time(document, "as_of");
        if (asOf == null || asOf.isAfter(clock.instant().plus(MAX_AHEAD))) {
            throw new MalformedWord("as_of is missing or in the future");
        }
        return asOf;
    }

    /** The path has ids of ours or of ScaiKey's, which are not secret. */
    private static IOException unreadable(String path, MalformedWord malformed) {
        return new IOException("the answer to " + path + " cannot be read: " + malformed.getMessage());
    }

    private interface Reader<T> {
        @Nullable
        T read(JsonNode item) throws MalformedWord;
    }
}
