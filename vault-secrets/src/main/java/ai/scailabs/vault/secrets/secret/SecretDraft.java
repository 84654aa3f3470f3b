package ai.scailabs.vault.secrets.secret;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import org.jspecify.annotations.Nullable;

/**
 * A new version of a secret, not yet stored.
 *
 * @param data a JSON object in UTF-8, stored as it is; stays the caller's to close
 * @param type absent for {@code kv} or {@code json}, whichever {@code scalarsOnly} says
 * @param scalarsOnly whether no member of the object is itself an object or array
 * @param metadataJson replaces the secret's metadata; absent to keep them
 * @param reason why, in the writer's words
 * @param client the program that wrote it, as it names itself
 */
public record SecretDraft(
        SensitiveBytes data,
        @Nullable SecretType type,
        boolean scalarsOnly,
        @Nullable String metadataJson,
        OptionsPatch options,
        @Nullable String reason,
        @Nullable String client) {
    private static final int LONGEST_NOTE = 1_024;

    public SecretDraft {
        requireShort("options.reason", reason);
        requireShort("client", client);
    }

    SecretType typeOrDefault() {
        if (type != null) {
            return type;
        }
        return scalarsOnly ? SecretType.KV : SecretType.JSON;
    }

    private static void requireShort(String field, @Nullable String text) {
        if (text == null) {
            return;
        }
        if (text.length() > LONGEST_NOTE) {
            throw VaultException.invalidField(field, "is longer than " + LONGEST_NOTE + " characters");
        }
        if (!StorableText.isStorable(text)) {
            throw VaultException.invalidField(field, "has a character that cannot be stored");
        }
    }
}
