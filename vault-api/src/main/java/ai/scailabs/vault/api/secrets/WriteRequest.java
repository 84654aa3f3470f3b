package ai.scailabs.vault.api.secrets;

import ai.scailabs.vault.api.request.RawObject;
import ai.scailabs.vault.api.request.SecretData;
import ai.scailabs.vault.credentials.rotation.RotationPolicy;
import ai.scailabs.vault.credentials.rotation.RotationPolicyService;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.time.DurationText;
import ai.scailabs.vault.secrets.secret.Change;
import ai.scailabs.vault.secrets.secret.ExpireAction;
import ai.scailabs.vault.secrets.secret.OptionsPatch;
import ai.scailabs.vault.secrets.secret.Precondition;
import ai.scailabs.vault.secrets.secret.SecretDraft;
import ai.scailabs.vault.secrets.secret.SecretType;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The body of a write. */
record WriteRequest(
        @Nullable SecretData data,
        @Nullable String secretType,
        @Nullable RawObject metadata,
        @Nullable Options options) {
    private static final Options NO_OPTIONS = new Options(null, null, null, null, null, null, null);

    /** Nodes, to tell {@code null}, which restores a default, from absent, which keeps. */
    record Options(
            @Nullable JsonNode maxVersions,
            @Nullable JsonNode expiresIn,
            @Nullable JsonNode expireAction,
            @Nullable JsonNode notifyBefore,
            @Nullable JsonNode rotationPolicyId,
            @Nullable Integer cas,
            @Nullable String reason) {

        OptionsPatch patch() {
            return new OptionsPatch(
                    change(maxVersions, node -> wholeNumber("options.max_versions", node)),
                    change(expiresIn, node -> duration("options.expires_in", node)),
                    change(expireAction, node -> ExpireAction.parse(text("options.expire_action", node))),
                    change(notifyBefore, Options::durations));
        }

        Change<UUID> rotation() {
            return change(
                    rotationPolicyId,
                    node -> RotationPolicy.parseId(text("options.rotation_policy_id", node))
                            .orElseThrow(RotationPolicyService::notFound));
        }

        private static <T> Change<T> change(@Nullable JsonNode node, Function<JsonNode, T> reader) {
            if (node == null) {
                return Change.keep();
            }
            return node.isNull() ? Change.clear() : Change.setTo(reader.apply(node));
        }

        private static int wholeNumber(String field, JsonNode node) {
            if (!node.canConvertToInt() || !node.isIntegralNumber()) {
                throw VaultException.invalidField(field, "must be a whole number");
            }
            return node.intValue();
        }

        private static String text(String field, JsonNode node) {
            if (!node.isString()) {
                throw VaultException.invalidField(field, "must be text");
            }
            return node.stringValue();
        }

        /** A bare number is seconds. */
        private static Duration duration(String field, JsonNode node) {
            return DurationText.parse(field, node.isIntegralNumber() ? node.asString() : text(field, node));
        }

        private static List<Duration> durations(JsonNode node) {
            if (!node.isArray()) {
                throw VaultException.invalidField("options.notify_before", "must be a list of durations");
            }
            List<Duration> durations = new ArrayList<>();
            node.forEach(each -> durations.add(duration("options.notify_before", each)));
            return durations;
        }
    }

    /** Under which rotation policy the secret is to be. */
    Change<UUID> rotation() {
        return given().rotation();
    }

    SecretDraft draft(@Nullable String client) {
        if (data == null) {
            throw VaultException.invalidField("data", "is required");
        }
        return new SecretDraft(
                data.json(),
                secretType == null ? null : SecretType.parse(secretType),
                data.scalarsOnly(),
                metadata == null ? null : metadata.json(),
                given().patch(),
                given().reason(),
                client);
    }

    /** From {@code options.cas} or a header. */
    Precondition precondition(HttpServletRequest request) {
        return SecretTarget.precondition(request, "options.cas", given().cas());
    }

    private Options given() {
        return options == null ? NO_OPTIONS : options;
    }
}
