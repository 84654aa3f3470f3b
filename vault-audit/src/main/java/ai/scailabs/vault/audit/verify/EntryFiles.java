package ai.scailabs.vault.audit.verify;

import java.io.IOException;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** The entries of an export in the order of its files. Ends early where a file is missing or cannot be read, and says where. */
final class EntryFiles implements AutoCloseable {
    private static final int MAX_LINE = 1024 * 1024;

    private final ExportFolder folder;
    private final FileCheck check;
    private final Iterator<Manifest.Listed> rest;
    private @Nullable MeasuredFile file;
    private @Nullable BoundedLines lines;
    private Manifest.@Nullable Listed listed;
    private @Nullable Refuted damage;
    private long count;

    EntryFiles(ExportFolder folder, FileCheck check) {
        this.folder = folder;
        this.check = check;
        this.rest = folder.manifest().files().iterator();
    }

    /** How many there were. */
    long count() {
        return count;
    }

    /** Why there are no more, where that is not the end. */
    @Nullable
    Refuted damage() {
        return damage;
    }

    /** Null when there are no more. */
    @Nullable
    ExportedEntry next() throws IOException {
        while (damage == null) {
            if (lines == null || listed == null) {
                if (!rest.hasNext()) {
                    return null;
                }
                open(rest.next());
                continue;
            }
            byte[] line;
            try {
                line = lines.next();
            } catch (IOException e) {
                Place place = Place.line(listed.name(), lines.count() + 1);
                damage = new Refuted(Finding.ENTRY_UNREADABLE, place, "from here the file cannot be read");
                return null;
            }
            if (line != null) {
                count++;
                return ExportedEntry.of(line, listed.name(), lines.count());
            }
            end(lines.count(), listed);
        }
        return null;
    }

    private void open(Manifest.Listed next) throws IOException {
        listed = next;
        try {
            file = folder.file(next.name());
        } catch (IOException e) {
            damage = new Refuted(Finding.FILE_MISSING, Place.file(next.name()), "a file of entries is not there");
            return;
        }
        try {
            lines = file.lines(MAX_LINE);
        } catch (IOException e) {
            Place place = Place.line(next.name(), 1);
            damage = new Refuted(Finding.ENTRY_UNREADABLE, place, "the file cannot be unpacked");
        }
    }

    private void end(long entries, Manifest.Listed ended) throws IOException {
        check.counted(entries, ended);
        if (file != null) {
            check.measured(file, ended);
        }
        close();
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
        file = null;
        lines = null;
    }
}
