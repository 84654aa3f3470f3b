package ai.scailabs.vault.credentials.connector;

/**
 * One that was made here, or is to be.
 *
 * @param name at the target; of {@link AccountNames} where it was made here
 */
public record Account(String name) {
    /** @throws IllegalArgumentException for a name that no target has */
    public Account {
        if (name.isEmpty() || name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("no target has an account of that name");
        }
    }
}
