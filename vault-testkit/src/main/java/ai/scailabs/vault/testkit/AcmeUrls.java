package ai.scailabs.vault.testkit;

import java.net.URI;

/** Where everything of a directory is. */
record AcmeUrls(URI base) {
    String of(String path) {
        return base.resolve(path).toString();
    }
}
