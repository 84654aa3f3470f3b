package ai.scailabs.vault.credentials.recipe;

import ai.scailabs.vault.access.decision.Permit;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.credentials.generator.Generators;
import ai.scailabs.vault.credentials.generator.Recipe;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.secrets.secret.NextValue;
import ai.scailabs.vault.secrets.secret.OptionsPatch;
import ai.scailabs.vault.secrets.secret.Precondition;
import ai.scailabs.vault.secrets.secret.SecretDraft;
import ai.scailabs.vault.secrets.secret.SecretRenewal;
import ai.scailabs.vault.secrets.secret.SecretSpace;
import ai.scailabs.vault.secrets.secret.SecretType;
import ai.scailabs.vault.secrets.secret.SecretView;
import ai.scailabs.vault.secrets.secret.WriteResult;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Secrets whose value is made here by a secret policy, so that nobody has it who does not read it. Members of the value that the policy does not make are kept as they are. Thread-safe. */
public final class MadeValues {
    private final SecretRenewal secrets;
    private final Generators generators;

    public MadeValues(SecretRenewal secrets, Generators generators) {
        this.secrets = secrets;
        this.generators = generators;
    }

    /**
     * Stores the next version of the path, the first one included.
     *
     * @param permit to write or to rotate
     * @param client the program that had it made, as it names itself
     * @throws ai.scailabs.vault.kernel.error.VaultException as {@link SecretRenewal#renew}
     */
    public WriteResult make(
            Permit permit,
            SecretSpace space,
            SecretPath path,
            SecretPolicy policy,
            Precondition precondition,
            @Nullable String client,
            @Nullable String reason,
            AuditEntry entry) {
        NextValue next = (before, current) -> {
            try (SensitiveBytes made = generators.generate(policy.recipe())) {
                return draft(before, MergedMembers.of(current, made), policy, client, reason);
            }
        };
        return secrets.renew(permit, space, path, next, precondition, policy.text(), entry);
    }

    /**
     * Stores another version of a secret that is there.
     *
     * @param permit to rotate
     * @param policy absent for a random text in place of the only one that the secret holds
     * @param client what had it made
     * @throws VaultException as {@link SecretRenewal#renew}; {@code secret_not_found}; {@code conflict} with {@code state: no_recipe}
     */
    public WriteResult renew(
            Permit permit,
            SecretSpace space,
            SecretPath path,
            @Nullable SecretPolicy policy,
            Precondition precondition,
            String client,
            AuditEntry entry) {
        NextValue next = (before, current) -> {
            if (before == null) {
                throw new VaultException(
                        ErrorCode.SECRET_NOT_FOUND, "No secret lies at this path", Map.of("path", path.value()));
            }
            Recipe recipe = policy == null ? ofTheOnlyText(current) : policy.recipe();
            try (SensitiveBytes made = generators.generate(recipe)) {
                return draft(before, MergedMembers.of(current, made), policy, client, null);
            }
        };
        return secrets.renew(permit, space, path, next, precondition, policy == null ? null : policy.text(), entry);
    }

    /**
     * The next value of a secret that is a login, kept nowhere; the caller closes it.
     *
     * @param policy absent for a random password
     * @throws VaultException {@code conflict} with {@code state: no_recipe} when the policy makes no such password
     */
    public SensitiveBytes next(
            SensitiveBytes current,
            @Nullable SecretPolicy policy,
            String usernameField,
            String username,
            String passwordField) {
        Recipe recipe = policy == null ? randomText(passwordField) : policy.recipe();
        if (!recipe.entropy().containsKey(passwordField) || recipe.entropy().containsKey(usernameField)) {
            throw noRecipe();
        }
        ObjectNode name = JsonNodeFactory.instance.objectNode().put(usernameField, username);
        try (SensitiveBytes made = generators.generate(recipe);
                SensitiveBytes named = SensitiveBytes.owning(name.toString().getBytes(StandardCharsets.UTF_8));
                SensitiveBytes renamed = MergedMembers.of(current, named)) {
            return MergedMembers.of(renamed, made);
        }
    }

    /**
     * What a policy makes, without what the secret has besides; kept nowhere; the caller closes it.
     *
     * @param policy absent for a random text in place of the only one that the secret holds
     * @throws VaultException {@code conflict} with {@code state: no_recipe}
     */
    public SensitiveBytes members(SensitiveBytes current, @Nullable SecretPolicy policy) {
        return generators.generate(policy == null ? ofTheOnlyText(current) : policy.recipe());
    }

    /** A secret with some members in the place of those that are called so; the caller closes it. */
    public SensitiveBytes joined(SensitiveBytes current, SensitiveBytes members) {
        return MergedMembers.of(current, members);
    }

    /** Whether a secret has all these members, with the same bytes. */
    public boolean holds(SensitiveBytes current, SensitiveBytes members) {
        return MergedMembers.contains(current, members);
    }

    /** As many random letters and digits as nobody guesses, in UTF-8; the caller closes it. */
    public SensitiveBytes password() {
        String member = "password";
        try (SensitiveBytes made = generators.generate(randomText(member))) {
            byte[] whole = made.expose();
            // {"password":"…"}: letters and digits need no escape.
            int before = member.length() + 5;
            return SensitiveBytes.owning(Arrays.copyOfRange(whole, before, whole.length - 2));
        }
    }

    /**
     * Stores these members, and what else the secret holds now.
     *
     * @param permit to rotate
     * @param members stay the caller's
     */
    public WriteResult publishMembers(
            Permit permit,
            SecretSpace space,
            SecretPath path,
            SensitiveBytes members,
            Precondition precondition,
            String client,
            AuditEntry entry) {
        NextValue value = (before, current) -> draft(before, MergedMembers.of(current, members), null, client, null);
        return secrets.renew(permit, space, path, value, precondition, null, entry);
    }

    /**
     * Stores what {@link #next} made.
     *
     * @param permit to rotate
     * @param next stays the caller's
     * @param loginOnly absent to store it as it is; else its login is put into what the secret holds now
     */
    public WriteResult publish(
            Permit permit,
            SecretSpace space,
            SecretPath path,
            SensitiveBytes next,
            @Nullable Set<String> loginOnly,
            Precondition precondition,
            String client,
            AuditEntry entry) {
        NextValue value = (before, current) -> draft(
                before,
                loginOnly == null || current == null
                        ? SensitiveBytes.owning(next.expose().clone())
                        : MergedMembers.of(current, next, loginOnly),
                null,
                client,
                null);
        return secrets.renew(permit, space, path, value, precondition, null, entry);
    }

    private static Recipe randomText(String name) {
        ArrayNode fields = JsonNodeFactory.instance.arrayNode();
        fields.addObject().put("name", name).put("generator", "random");
        try {
            return Recipe.parse(fields);
        } catch (VaultException noName) {
            throw noRecipe();
        }
    }

    private static Recipe ofTheOnlyText(@Nullable SensitiveBytes current) {
        List<String> texts = current == null ? List.of() : MergedMembers.texts(current);
        if (texts.size() != 1) {
            throw noRecipe();
        }
        return randomText(texts.getFirst());
    }

    private static VaultException noRecipe() {
        return new VaultException(
                ErrorCode.CONFLICT,
                "The secret does not hold just one text: a secret policy must say what is renewed",
                Map.of("state", "no_recipe"));
    }

    private static SecretDraft draft(
            @Nullable SecretView before,
            SensitiveBytes data,
            @Nullable SecretPolicy policy,
            @Nullable String client,
            @Nullable String reason) {
        SecretType type = before != null
                ? before.type()
                : policy == null ? null : policy.type().secretType();
        return new SecretDraft(data, type, true, null, OptionsPatch.NONE, reason, client);
    }
}
