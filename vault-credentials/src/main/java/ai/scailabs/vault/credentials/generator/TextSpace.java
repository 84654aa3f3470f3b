package ai.scailabs.vault.credentials.generator;

import java.math.BigInteger;
import java.util.EnumSet;
import java.util.Set;

/**
 * All texts of a length over an alphabet that have at least one character of each required class.
 *
 * @param alphabet distinct ASCII characters, some of each required class
 * @param length at least 1, and at least the number of required classes
 */
record TextSpace(String alphabet, int length, Set<CharacterClass> required) {
    /** More than enough where most texts will do; where hardly one does, {@link #drawExactly} is faster than going on. */
    private static final int ATTEMPTS = 16;

    /** Keeps a fraction of a bit right, and fits a double. */
    private static final int LEADING_BITS = 62;

    TextSpace {
        required = Set.copyOf(required);
    }

    static TextSpace of(String alphabet, int length) {
        return new TextSpace(alphabet, length, Set.of());
    }

    /** Each text of the space is as likely as any other. Whoever asks wipes it. */
    byte[] draw(EvenDraws draws) {
        return draw(draws, ATTEMPTS);
    }

    /**
     * Draws a whole text again while it lacks a class, which prefers none of those that lack nothing; and after that many attempts character by character. Both are even, and so
     * is what begins with one and ends with the other.
     */
    byte[] draw(EvenDraws draws, int attempts) {
        byte[] text = new byte[length];
        for (int attempt = 0; attempt < attempts; attempt++) {
            fill(text, 0, draws);
            if (lacksNothing(text)) {
                return text;
            }
        }
        drawExactly(text, draws);
        return text;
    }

    private void fill(byte[] text, int from, EvenDraws draws) {
        for (int i = from; i < text.length; i++) {
            text[i] = (byte) alphabet.charAt(draws.below(alphabet.length()));
        }
    }

    private boolean lacksNothing(byte[] text) {
        for (CharacterClass wanted : required) {
            int i = 0;
            while (i < text.length && !wanted.has(text[i])) {
                i++;
            }
            if (i == text.length) {
                return false;
            }
        }
        return true;
    }

    /** At each place a class is chosen as often as there are texts that go on with it, and in the class a character. */
    private void drawExactly(byte[] text, EvenDraws draws) {
        Set<CharacterClass> missing = missing();
        for (int i = 0; i < length; i++) {
            if (missing.isEmpty()) {
                fill(text, i, draws);
                return;
            }
            String choice = chooseNext(length - i, missing, draws);
            char character = choice.charAt(draws.below(choice.length()));
            missing.removeIf(wanted -> wanted.has(character));
            text[i] = (byte) character;
        }
    }

    /** @return the characters among which the next one is chosen: those of a class that is missing, or those of none */
    private String chooseNext(int places, Set<CharacterClass> missing, EvenDraws draws) {
        BigInteger drawn = draws.below(count(places, missing));
        for (CharacterClass wanted : missing) {
            String choice = members(EnumSet.of(wanted));
            Set<CharacterClass> then = EnumSet.copyOf(missing);
            then.remove(wanted);
            BigInteger weight = count(places - 1, then).multiply(BigInteger.valueOf(choice.length()));
            if (drawn.compareTo(weight) < 0) {
                return choice;
            }
            drawn = drawn.subtract(weight);
        }
        return without(missing);
    }

    private Set<CharacterClass> missing() {
        Set<CharacterClass> missing = EnumSet.noneOf(CharacterClass.class);
        missing.addAll(required);
        return missing;
    }

    private String members(Set<CharacterClass> classes) {
        return alphabet.chars()
                .filter(character -> classes.stream().anyMatch(one -> one.has(character)))
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private String without(Set<CharacterClass> classes) {
        return members(EnumSet.complementOf(EnumSet.copyOf(classes)));
    }

    /** How many texts there are. */
    BigInteger size() {
        return count(length, missing());
    }

    /** The binary logarithm of how many texts there are: what guessing costs. */
    double bits() {
        BigInteger size = size();
        int dropped = Math.max(0, size.bitLength() - LEADING_BITS);
        return dropped + Math.log(size.shiftRight(dropped).doubleValue()) / Math.log(2);
    }

    /** Texts of that length that have one of each class, by inclusion and exclusion: those that lack one class are taken off, those that lack two added again, and so on. */
    private BigInteger count(int places, Set<CharacterClass> wanted) {
        int[] sizes = wanted.stream().mapToInt(this::membersOf).toArray();
        BigInteger sum = BigInteger.ZERO;
        for (int lacking = 0; lacking < 1 << sizes.length; lacking++) {
            int left = alphabet.length();
            for (int i = 0; i < sizes.length; i++) {
                left -= (lacking >> i & 1) * sizes[i];
            }
            BigInteger texts = BigInteger.valueOf(left).pow(places);
            sum = Integer.bitCount(lacking) % 2 == 0 ? sum.add(texts) : sum.subtract(texts);
        }
        return sum;
    }

    private int membersOf(CharacterClass one) {
        int members = 0;
        for (int i = 0; i < alphabet.length(); i++) {
            members += one.has(alphabet.charAt(i)) ? 1 : 0;
        }
        return members;
    }
}
