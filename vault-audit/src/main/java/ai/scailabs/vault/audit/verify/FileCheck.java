package ai.scailabs.vault.audit.verify;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Compares files with what the manifest says of them, and keeps the first that differs: what is in the files is told first. */
final class FileCheck {
    private final Set<String> altered = new HashSet<>();
    private @Nullable Refuted first;

    void measured(MeasuredFile file, Manifest.Listed listed) throws IOException {
        MeasuredFile.Measure measure = file.measure();
        if (!measure.sha256().equals(listed.sha256()) || measure.bytes() != listed.bytes()) {
            altered.add(listed.name());
            differs(Finding.FILE_ALTERED, listed.name(), "is not byte for byte the file that the manifest lists");
        }
    }

    void counted(long entries, Manifest.Listed listed) {
        if (entries != listed.entries()) {
            differs(Finding.MANIFEST_REFUSED, listed.name(), "does not hold as many entries as the manifest says");
        }
    }

    private void differs(Finding finding, String name, String message) {
        if (first == null) {
            first = new Refuted(finding, Place.file(name), "the file " + message);
        }
    }

    boolean isAltered(String name) {
        return altered.contains(name);
    }

    void requireNone() throws Refuted {
        if (first != null) {
            throw first;
        }
    }
}
