package ai.scailabs.vault.dev.folder;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** Where one development server lives. Only its owner may enter it (0700), and one launcher at a time holds it. */
public final class DataFolder implements AutoCloseable {
    private final Path path;
    private final FileChannel lockChannel;
    private final FileLock lock;

    private DataFolder(Path path, FileChannel lockChannel, FileLock lock) {
        this.path = path;
        this.lockChannel = lockChannel;
        this.lock = lock;
    }

    /**
     * Makes the folder if need be and holds it until closed or until the process ends, however it ends.
     *
     * @return empty when another launcher holds it
     * @throws IOException when the folder cannot be made or written
     */
    public static Optional<DataFolder> hold(Path path) throws IOException {
        PrivateFile.createFolder(path);
        if (!Files.isWritable(path)) {
            throw new IOException(path + " belongs to somebody else: use --data with a folder of your own");
        }
        FileChannel channel =
                FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock();
        if (lock == null) {
            channel.close();
            return Optional.empty();
        }
        PrivateFile.write(launcherFile(path), ProcessHandle.current().pid() + "\n");
        return Optional.of(new DataFolder(path, channel, lock));
    }

    /** The process that holds the folder, as it wrote itself down; ask only when {@link #hold} found it held. */
    public static Optional<ProcessHandle> holder(Path path) {
        try {
            return ProcessHandle.of(
                    Long.parseLong(Files.readString(launcherFile(path)).strip()));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    public Path path() {
        return path;
    }

    /** A file or folder in it. */
    public Path file(String name) {
        return path.resolve(name);
    }

    @Override
    public void close() {
        try {
            lock.release();
            lockChannel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path launcherFile(Path path) {
        return path.resolve("launcher.pid");
    }
}
