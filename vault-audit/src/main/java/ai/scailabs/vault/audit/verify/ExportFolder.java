package ai.scailabs.vault.audit.verify;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HexFormat;

/** The folder that an export was fetched into. Only names that the format knows are opened, and no links. */
final class ExportFolder {
    private final Path folder;
    private final Manifest manifest;
    private final String manifestSha256;

    private ExportFolder(Path folder, Manifest manifest, String manifestSha256) {
        this.folder = folder;
        this.manifest = manifest;
        this.manifestSha256 = manifestSha256;
    }

    static ExportFolder open(Path folder) throws Refuted, IOException {
        Path file = folder.resolve(Manifest.NAME);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new Refuted(Finding.FILE_MISSING, Place.file(Manifest.NAME), "the folder has no manifest");
        }
        byte[] json;
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            json = in.readNBytes(Manifest.MAX_BYTES + 1);
        }
        if (json.length > Manifest.MAX_BYTES) {
            throw Manifest.refused("is longer than a manifest may be");
        }
        String sha256 = HexFormat.of().formatHex(MeasuredFile.sha256().digest(json));
        return new ExportFolder(folder, Manifest.read(json), sha256);
    }

    Manifest manifest() {
        return manifest;
    }

    String manifestSha256() {
        return manifestSha256;
    }

    /** @param name that the manifest was held to */
    MeasuredFile file(String name) throws IOException {
        return new MeasuredFile(folder.resolve(name));
    }

    /** Files of entries that the manifest does not list would be read by others, and are not looked at here. */
    void requireNoMoreFiles() throws Refuted, IOException {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "entries-*")) {
            for (Path each : found) {
                String name = String.valueOf(each.getFileName());
                if (manifest.files().stream().noneMatch(listed -> listed.name().equals(name))) {
                    throw Manifest.refused("does not list a file of entries that lies beside it");
                }
            }
        }
    }
}
