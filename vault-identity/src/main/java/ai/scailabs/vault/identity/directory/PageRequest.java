package ai.scailabs.vault.identity.directory;

/**
 * Which part of a list is wanted.
 *
 * @param number from 1
 * @param size of a page
 */
public record PageRequest(int number, int size) {
    public static final int MAX_NUMBER = 100_000;
    public static final int MAX_SIZE = 1_000;
    public static final int DEFAULT_SIZE = 100;

    public PageRequest {
        if (number < 1 || number > MAX_NUMBER || size < 1 || size > MAX_SIZE) {
            throw new IllegalArgumentException("no such page");
        }
    }

    /** How many come before it. */
    public int offset() {
        return (number - 1) * size;
    }
}
