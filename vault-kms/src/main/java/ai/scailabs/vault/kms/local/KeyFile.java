package ai.scailabs.vault.kms.local;

import ai.scailabs.vault.crypto.key.KeyMaterial;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;

/** Reads and makes the file: 32 raw bytes, a regular file of its own, for its owner alone. Every refusal names the file and what it takes. */
final class KeyFile {
    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private KeyFile() {}

    static KeyMaterial read(Path file) {
        byte[] bytes = new byte[KeyMaterial.BYTES + 1];
        try {
            requireOwnFile(file);
            int length = readUpTo(file, bytes);
            if (length != KeyMaterial.BYTES) {
                throw refusal(file, "takes exactly " + KeyMaterial.BYTES + " bytes");
            }
            byte[] key = Arrays.copyOf(bytes, KeyMaterial.BYTES);
            try {
                return KeyMaterial.copyOf(key);
            } finally {
                Arrays.fill(key, (byte) 0);
            }
        } catch (NoSuchFileException e) {
            throw new IllegalStateException("there is no root key file " + file, e);
        } catch (IOException e) {
            throw new IllegalStateException("the root key file " + file + " cannot be read", e);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /**
     * Makes the file whole or not at all: written and synced under another name, then linked to its own, which fails when someone else was quicker. Theirs is as good.
     */
    static void create(Path file, SecureRandom random) {
        byte[] suffix = new byte[8];
        random.nextBytes(suffix);
        Path draft = file.resolveSibling(
                "." + file.getFileName() + "." + HexFormat.of().formatHex(suffix));
        try {
            try {
                writeKey(draft, random);
                Files.createLink(file, draft);
            } finally {
                Files.deleteIfExists(draft);
            }
            syncDirectory(file);
        } catch (FileAlreadyExistsException e) {
            return;
        } catch (IOException | UnsupportedOperationException e) {
            throw new IllegalStateException(
                    "the root key file " + file + " cannot be made: it takes an existing, writable directory", e);
        }
    }

    private static void writeKey(Path draft, SecureRandom random) throws IOException {
        Set<StandardOpenOption> options = EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (KeyMaterial key = KeyMaterial.generate(random);
                FileChannel channel =
                        FileChannel.open(draft, options, PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
            ByteBuffer bytes = ByteBuffer.wrap(key.exposeBytes());
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    private static void syncDirectory(Path file) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory != null) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private static void requireOwnFile(Path file) throws IOException {
        PosixFileAttributes attributes = attributesOf(file);
        if (attributes.isSymbolicLink()) {
            throw refusal(file, "is a symbolic link, and takes the file itself");
        }
        if (!attributes.isRegularFile()) {
            throw refusal(file, "takes a regular file");
        }
        Set<PosixFilePermission> permissions = attributes.permissions();
        if (!OWNER_ONLY.containsAll(permissions)) {
            throw refusal(
                    file,
                    "has permissions " + PosixFilePermissions.toString(permissions)
                            + ", and takes at most rw------- (chmod 600)");
        }
    }

    private static PosixFileAttributes attributesOf(Path file) throws IOException {
        try {
            return Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (UnsupportedOperationException e) {
            throw new IllegalStateException(
                    "the root key file " + file + " takes a file system with POSIX permissions", e);
        }
    }

    private static int readUpTo(Path file, byte[] target) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(target);
        try (SeekableByteChannel channel =
                Files.newByteChannel(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
                // A channel may give less than was asked for.
                continue;
            }
        }
        return buffer.position();
    }

    private static IllegalStateException refusal(Path file, String problem) {
        return new IllegalStateException("the root key file " + file + " " + problem);
    }
}
