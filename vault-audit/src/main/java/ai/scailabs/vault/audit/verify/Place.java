package ai.scailabs.vault.audit.verify;

import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * Where something was found, as far as it can be said.
 *
 * @param line of the file once it is unpacked, from 1
 * @param index of the entry in the log, from 0
 * @param endIndex exclusive; when more than one entry is meant, or one of these
 * @param id of the entry that stands there now
 */
record Place(
        @Nullable String file,
        @Nullable Long line,
        @Nullable Long index,
        @Nullable Long endIndex,
        @Nullable String id) {
    static final Place NOWHERE = new Place(null, null, null, null, null);

    static Place file(String name) {
        return new Place(name, null, null, null, null);
    }

    static Place line(String file, long line) {
        return new Place(file, line, null, null, null);
    }

    static Place indexes(long index, long endIndex) {
        return new Place(null, null, index, endIndex, null);
    }

    Place at(long anIndex) {
        return new Place(file, line, anIndex, null, id);
    }

    Place until(long anEndIndex) {
        return new Place(file, line, index, anEndIndex, null);
    }

    @Override
    public String toString() {
        StringJoiner text = new StringJoiner(", ");
        if (file != null) {
            text.add(line == null ? file : file + " line " + line);
        }
        if (index != null) {
            text.add(endIndex == null ? "index " + index : "index " + index + " up to " + endIndex);
        }
        if (id != null) {
            text.add(id);
        }
        return text.toString();
    }
}
