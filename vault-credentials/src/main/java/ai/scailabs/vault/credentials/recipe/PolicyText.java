package ai.scailabs.vault.credentials.recipe;

import ai.scailabs.vault.kernel.error.VaultException;
import org.jspecify.annotations.Nullable;

/** What people call policies, and say of them. */
public final class PolicyText {
    private static final int LONGEST_NAME = 128;
    private static final int LONGEST_DESCRIPTION = 1_024;

    private PolicyText() {}

    /** @throws VaultException {@code validation_error} */
    public static String name(@Nullable String text) {
        if (text == null || text.isBlank()) {
            throw VaultException.invalidField("name", "is required");
        }
        return checked("name", text, LONGEST_NAME);
    }

    /** Absent for a blank one. @throws VaultException {@code validation_error} */
    public static @Nullable String description(@Nullable String text) {
        return text == null || text.isBlank() ? null : checked("description", text, LONGEST_DESCRIPTION);
    }

    private static String checked(String field, String text, int longest) {
        if (text.length() > longest) {
            throw VaultException.invalidField(field, "is longer than " + longest + " characters");
        }
        if (text.codePoints().anyMatch(PolicyText::isUnseen)) {
            throw VaultException.invalidField(field, "has a character that cannot be stored or seen");
        }
        return text;
    }

    private static boolean isUnseen(int codePoint) {
        int type = Character.getType(codePoint);
        return type == Character.CONTROL || type == Character.SURROGATE || type == Character.UNASSIGNED;
    }
}
