package ai.scailabs.vault.api.auth;

import ai.scailabs.vault.access.exchange.ExchangeRequest;
import ai.scailabs.vault.access.trust.TrustDraft;
import ai.scailabs.vault.kernel.error.VaultException;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The bodies of the exchange, and of trusts. */
final class TrustRequests {
    private TrustRequests() {}

    record Exchange(
            @Nullable String grantType,
            @Nullable String subjectToken,
            @Nullable String subjectTokenType,
            @Nullable String role,
            @Nullable String audience,
            @Nullable String scope,
            @Nullable String requestedTokenType) {
        ExchangeRequest request() {
            return new ExchangeRequest(
                    grantType, subjectToken, subjectTokenType, role, audience, scope, requestedTokenType);
        }

        @Override
        public String toString() {
            return "Exchange[redacted]";
        }
    }

    record Condition(
            @Nullable String claim,
            @JsonProperty("equals") @Nullable JsonNode equal,
            @Nullable String matches) {
        TrustDraft.Condition draft() {
            return new TrustDraft.Condition(claim, value(equal), matches);
        }

        /** What is no scalar is passed on, to be refused by name. */
        private static @Nullable Object value(@Nullable JsonNode node) {
            if (node == null || node.isNull()) {
                return null;
            }
            if (node.isString()) {
                return node.stringValue();
            }
            if (node.isBoolean()) {
                return node.booleanValue();
            }
            return node.isIntegralNumber() && node.canConvertToLong() ? (Object) node.longValue() : node;
        }
    }

    record Trust(
            @Nullable String name,
            @Nullable String description,
            @Nullable String kind,
            @Nullable String issuer,
            @Nullable String jwksUrl,
            @Nullable String audience,
            @Nullable List<@Nullable Condition> conditions,
            @Nullable List<@Nullable String> arns,
            @Nullable List<@Nullable String> regions,
            @Nullable String identityId,
            @Nullable List<@Nullable String> scopes,
            @Nullable List<@Nullable String> pathPatterns,
            @Nullable String ttl,
            @Nullable Boolean isActive) {
        TrustDraft draft() {
            return new TrustDraft(
                    name,
                    description,
                    kind,
                    issuer,
                    jwksUrl,
                    audience,
                    drafts(conditions),
                    present("arns", arns),
                    present("regions", regions),
                    identityId,
                    present("scopes", scopes),
                    present("path_patterns", pathPatterns),
                    ttl,
                    isActive);
        }
    }

    /** Those that may be taken away are nodes, to tell {@code null} from absent. */
    record Patch(
            @Nullable String name,
            @Nullable JsonNode description,
            @Nullable String issuer,
            @Nullable JsonNode jwksUrl,
            @Nullable String audience,
            @Nullable List<@Nullable Condition> conditions,
            @Nullable List<@Nullable String> arns,
            @Nullable List<@Nullable String> regions,
            @Nullable String identityId,
            @Nullable List<@Nullable String> scopes,
            @Nullable JsonNode pathPatterns,
            @Nullable String ttl,
            @Nullable Boolean isActive) {
        TrustDraft applied(TrustDraft old) {
            return new TrustDraft(
                    name == null ? old.name() : name,
                    text("description", description, old.description()),
                    old.kind(),
                    issuer == null ? old.issuer() : issuer,
                    text("jwks_url", jwksUrl, old.jwksUrl()),
                    audience == null ? old.audience() : audience,
                    conditions == null ? old.conditions() : drafts(conditions),
                    arns == null ? old.arns() : present("arns", arns),
                    regions == null ? old.regions() : present("regions", regions),
                    identityId == null ? old.identityId() : identityId,
                    scopes == null ? old.scopes() : present("scopes", scopes),
                    texts("path_patterns", pathPatterns, old.pathPatterns()),
                    ttl == null ? old.ttl() : ttl,
                    isActive == null ? old.active() : isActive);
        }

        private static @Nullable String text(String field, @Nullable JsonNode node, @Nullable String old) {
            if (node == null) {
                return old;
            }
            if (!node.isNull() && !node.isString()) {
                throw VaultException.invalidField(field, "must be text or null");
            }
            return node.isNull() ? null : node.stringValue();
        }

        private static @Nullable List<String> texts(String field, @Nullable JsonNode node, @Nullable List<String> old) {
            if (node == null) {
                return old;
            }
            if (node.isNull()) {
                return null;
            }
            List<String> texts = new ArrayList<>();
            for (JsonNode each : node) {
                if (!node.isArray() || !each.isString()) {
                    throw VaultException.invalidField(field, "must be a list of texts or null");
                }
                texts.add(each.stringValue());
            }
            return texts;
        }
    }

    private static @Nullable List<TrustDraft.Condition> drafts(@Nullable List<@Nullable Condition> conditions) {
        List<Condition> present = present("conditions", conditions);
        return present == null ? null : present.stream().map(Condition::draft).toList();
    }

    private static <T> @Nullable List<T> present(String field, @Nullable List<@Nullable T> entries) {
        if (entries == null) {
            return null;
        }
        List<T> present = new ArrayList<>();
        for (T entry : entries) {
            if (entry == null) {
                throw VaultException.invalidField(field, "has an entry that is null");
            }
            present.add(entry);
        }
        return present;
    }
}
