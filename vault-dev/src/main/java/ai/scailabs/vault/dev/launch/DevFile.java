package ai.scailabs.vault.dev.launch;

import ai.scailabs.vault.dev.folder.DataFolder;
import ai.scailabs.vault.dev.folder.PrivateFile;
import ai.scailabs.vault.dev.identity.DevTenant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** {@code dev.json}: everything that a script needs to talk to the running server. There only while one runs. */
final class DevFile {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private final Path file;

    DevFile(DataFolder folder) {
        this.file = in(folder.path());
    }

    /** @param pids by name; only what runs here */
    void write(Running running, Map<String, Long> pids) throws IOException {
        Map<String, Object> content = new LinkedHashMap<>();
        content.put("base_url", running.baseUrl());
        content.put("issuer", running.issuer());
        content.put("database_url", running.databaseUrl());
        content.put("pids", pids);
        Map<String, String> tenants = new LinkedHashMap<>();
        for (DevTenant tenant : DevTenant.values()) {
            tenants.put(tenant.label(), tenant.tenantId());
        }
        content.put("tenants", tenants);
        content.put("tokens", running.tokens());
        PrivateFile.write(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(content) + "\n");
    }

    void remove() throws IOException {
        Files.deleteIfExists(file);
    }

    /** Where the server of that folder answers; empty while it is starting. */
    static Optional<String> baseUrl(Path folder) {
        try {
            return Optional.of(JSON.readTree(Files.readString(in(folder)))
                    .required("base_url")
                    .asString());
        } catch (IOException | JacksonException e) {
            return Optional.empty();
        }
    }

    private static Path in(Path folder) {
        return folder.resolve("dev.json");
    }
}
