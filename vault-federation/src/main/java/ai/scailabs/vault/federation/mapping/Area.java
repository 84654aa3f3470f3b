package ai.scailabs.vault.federation.mapping;

/**
 * One name, or all names that begin alike.
 *
 * @param text the name, or what stands before the rest
 */
record Area(String text, Reach reach) {
    /** How much may follow the text. */
    enum Reach {
        /** Nothing. */
        EXACT,
        /** One character or more, none of them a slash. */
        SEGMENT,
        /** One character or more. */
        TREE
    }

    boolean contains(String name) {
        if (reach == Reach.EXACT) {
            return name.equals(text);
        }
        return name.length() > text.length()
                && name.startsWith(text)
                && (reach == Reach.TREE || name.indexOf('/', text.length()) < 0);
    }

    /** What follows the text in a name that it {@linkplain #contains contains}. */
    String rest(String name) {
        return name.substring(text.length());
    }

    boolean overlaps(Area other) {
        if (reach == Reach.EXACT) {
            return other.contains(text);
        }
        if (other.reach == Reach.EXACT) {
            return contains(other.text);
        }
        Area shorter = text.length() <= other.text.length() ? this : other;
        Area longer = shorter == this ? other : this;
        return longer.text.startsWith(shorter.text)
                && (shorter.reach == Reach.TREE || longer.text.indexOf('/', shorter.text.length()) < 0);
    }

    /** As a pattern says it. */
    @Override
    public String toString() {
        return switch (reach) {
            case EXACT -> text;
            case SEGMENT -> text + "*";
            case TREE -> text + "**";
        };
    }
}
