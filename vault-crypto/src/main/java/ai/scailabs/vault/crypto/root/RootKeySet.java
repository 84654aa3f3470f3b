package ai.scailabs.vault.crypto.root;

import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One root key, or two of which either opens what both wrapped. A key is wrapped by all of them or not at all, and what they gave has been opened again before it is handed
 * out. It is unwrapped by whichever answers first: the second is asked when the first fails, or has kept silent for a while. Thread-safe.
 */
public final class RootKeySet implements RootKey {
    private final List<Member> members;
    private final Duration headStart;

    /**
     * @param roots in the order in which they are asked
     * @param headStart how long the first may keep silent before the second is asked too
     */
    public RootKeySet(List<? extends RootKey> roots, Duration headStart) {
        if (roots.isEmpty() || roots.size() > RootWraps.MAX_PARTS) {
            throw new IllegalArgumentException("a set has 1 to " + RootWraps.MAX_PARTS + " root keys");
        }
        this.members = roots.stream().map(Member::new).toList();
        this.headStart = headStart;
    }

    /** All names, in order, with a space between. */
    @Override
    public String id() {
        return members.stream().map(member -> member.root.id()).collect(Collectors.joining(" "));
    }

    @Override
    public byte[] wrap(KeyMaterial key, WrapContext context) {
        List<RootWraps.Part> parts = new ArrayList<>(members.size());
        for (Member member : members) {
            RootKey root = member.root;
            byte[] wrapped = root.wrap(key, context);
            try (KeyMaterial opened = root.unwrap(wrapped, context)) {
                requireSame(root, key, opened);
            }
            parts.add(new RootWraps.Part(root.id(), wrapped));
        }
        return new RootWraps(parts).bytes();
    }

    private static void requireSame(RootKey root, KeyMaterial key, KeyMaterial opened) {
        if (!opened.equals(key)) {
            throw new VaultException(
                    ErrorCode.KMS_UNAVAILABLE, "The root key " + root.id() + " returned another key than it was given");
        }
    }

    @Override
    public KeyMaterial unwrap(byte[] wrapped, WrapContext context) {
        if (members.size() == 1) {
            RootKey only = members.getFirst().root;
            byte[] part = members.getFirst().part(wrapped);
            if (part != null) {
                return only.unwrap(part, context);
            }
        }
        List<FirstAnswer.Question> questions = questions(wrapped, context);
        return questions.size() == 1 ? questions.getFirst().ask() : new FirstAnswer(questions, headStart).get();
    }

    private List<FirstAnswer.Question> questions(byte[] wrapped, WrapContext context) {
        List<FirstAnswer.Question> questions = new ArrayList<>(members.size());
        for (Member member : members) {
            byte[] part = member.part(wrapped);
            if (part != null) {
                questions.add(() -> member.root.unwrap(part, context));
            } else if (member.root.id().isEmpty()) {
                questions.add(RootKeySet::failForWantOfAName);
            }
        }
        if (questions.isEmpty()) {
            throw new VaultException(
                    ErrorCode.INTEGRITY_FAILURE,
                    "The key was not wrapped by " + id() + ", but it is " + RootWraps.parse(wrapped));
        }
        return questions;
    }

    /** It may be the one that would open the key. */
    private static KeyMaterial failForWantOfAName() {
        throw new VaultException(ErrorCode.KMS_UNAVAILABLE, "A root key has not been reached yet");
    }

    /** One root key, and its name once it is known. */
    private static final class Member {
        private final RootKey root;
        private volatile byte[] name = new byte[0];

        Member(RootKey root) {
            this.root = root;
        }

        /** What it gave; null when it gave nothing, or its name is not known. */
        byte @Nullable [] part(byte[] wrapped) {
            if (!RootWraps.isSet(wrapped)) {
                return wrapped;
            }
            byte[] known = name;
            if (known.length == 0) {
                known = root.id().getBytes(StandardCharsets.US_ASCII);
                name = known;
            }
            return known.length == 0 ? null : RootWraps.part(wrapped, known);
        }
    }
}
