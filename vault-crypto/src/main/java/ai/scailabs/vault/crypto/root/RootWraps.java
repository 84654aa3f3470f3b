package ai.scailabs.vault.crypto.root;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One key as several root keys wrapped it, each part beside the name of its root key. As bytes: {@code 0x20}, the number of parts (1 byte), and of each part the length of
 * the name (1), the name in ASCII, the length of what the root key gave (2) and that. The names are there to ask the right root key; each part authenticates itself.
 */
public final class RootWraps {
    /** No adapter's own format starts with it. */
    static final byte FORMAT = 0x20;

    static final int MAX_PARTS = 4;
    private static final int MAX_NAME_CHARS = 255;
    private static final int MAX_WRAP_BYTES = 65_535;

    private final List<Part> parts;

    RootWraps(List<Part> parts) {
        if (parts.isEmpty() || parts.size() > MAX_PARTS) {
            throw new IllegalArgumentException("a key is wrapped by 1 to " + MAX_PARTS + " root keys");
        }
        this.parts = List.copyOf(parts);
    }

    /** The names of the root keys that wrapped the key; none when the bytes are what a single adapter gave and do not tell. */
    public static List<String> rootKeyIds(byte[] wrapped) {
        RootWraps wraps = parse(wrapped);
        return wraps == null
                ? List.of()
                : wraps.parts.stream().map(Part::rootKeyId).toList();
    }

    /**
     * What root keys of these names gave, without what others did; as it is when the bytes are what a single adapter gave.
     *
     * @throws IllegalArgumentException when none of them gave anything
     */
    public static byte[] only(byte[] wrapped, Collection<String> rootKeyIds) {
        RootWraps wraps = parse(wrapped);
        return wraps == null
                ? wrapped
                : new RootWraps(wraps.parts.stream()
                                .filter(part -> rootKeyIds.contains(part.rootKeyId()))
                                .toList())
                        .bytes();
    }

    /**
     * Null when the bytes are what a single adapter gave.
     *
     * @throws VaultException {@code integrity_failure} when they start like this format and are not of it
     */
    static @Nullable RootWraps parse(byte[] wrapped) {
        if (!isSet(wrapped)) {
            return null;
        }
        Reader reader = new Reader(wrapped);
        int count = reader.number(1);
        if (count < 1 || count > MAX_PARTS) {
            throw malformed();
        }
        List<Part> parts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            parts.add(new Part(reader.name(), reader.bytes(reader.number(2))));
        }
        reader.requireEnd();
        return new RootWraps(parts);
    }

    byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(FORMAT);
        out.write(parts.size());
        for (Part part : parts) {
            byte[] name = part.rootKeyId().getBytes(StandardCharsets.US_ASCII);
            if (name.length > MAX_NAME_CHARS || part.wrapped().length > MAX_WRAP_BYTES) {
                throw new IllegalArgumentException("the name of a root key, or what it gave, is too long");
            }
            out.write(name.length);
            out.writeBytes(name);
            out.write(part.wrapped().length >> 8);
            out.write(part.wrapped().length);
            out.writeBytes(part.wrapped());
        }
        return out.toByteArray();
    }

    /** Whether the bytes are of this format, rather than what a single adapter gave. */
    static boolean isSet(byte[] wrapped) {
        return wrapped.length > 0 && wrapped[0] == FORMAT;
    }

    /**
     * What the root key of that name gave; null when it gave nothing. Looks at no more than it takes, as every read does so.
     *
     * @param wrapped of this format
     * @param name in ASCII
     * @throws VaultException {@code integrity_failure} when the bytes are not of this format after all
     */
    static byte @Nullable [] part(byte[] wrapped, byte[] name) {
        Reader reader = new Reader(wrapped);
        int count = reader.number(1);
        byte[] found = null;
        for (int i = 0; i < count; i++) {
            int nameLength = reader.number(1);
            int nameAt = reader.skip(nameLength);
            int length = reader.number(2);
            int at = reader.skip(length);
            if (Arrays.equals(wrapped, nameAt, nameAt + nameLength, name, 0, name.length)) {
                found = Arrays.copyOfRange(wrapped, at, at + length);
            }
        }
        reader.requireEnd();
        return found;
    }

    @Override
    public String toString() {
        return "wrapped by " + parts.stream().map(Part::rootKeyId).toList();
    }

    private static VaultException malformed() {
        return new VaultException(ErrorCode.INTEGRITY_FAILURE, "The bytes are not a key that root keys wrapped");
    }

    /** @param wrapped as the root key gave it */
    record Part(String rootKeyId, byte[] wrapped) {
        Part {
            if (rootKeyId.isEmpty() || !rootKeyId.chars().allMatch(c -> c > ' ' && c <= '~')) {
                throw new IllegalArgumentException("the name of a root key takes printable ASCII without spaces");
            }
        }
    }

    private static final class Reader {
        private final byte[] bytes;
        private int at = 1;

        Reader(byte[] bytes) {
            this.bytes = bytes;
        }

        int number(int length) {
            int from = skip(length);
            int number = 0;
            for (int i = from; i < at; i++) {
                number = number << 8 | bytes[i] & 0xff;
            }
            return number;
        }

        /** Tells where what is skipped begins. */
        int skip(int length) {
            if (length > bytes.length - at) {
                throw malformed();
            }
            at += length;
            return at - length;
        }

        byte[] bytes(int length) {
            int from = skip(length);
            return Arrays.copyOfRange(bytes, from, at);
        }

        String name() {
            byte[] name = bytes(number(1));
            for (byte character : name) {
                if (character <= ' ' || character > '~') {
                    throw malformed();
                }
            }
            if (name.length == 0) {
                throw malformed();
            }
            return new String(name, StandardCharsets.US_ASCII);
        }

        void requireEnd() {
            if (at != bytes.length) {
                throw malformed();
            }
        }
    }
}
