package ai.scailabs.vault.dev.issuer;

import ai.scailabs.vault.dev.folder.PrivateFile;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;

/** The issuer's key, kept so that tokens outlive a restart. */
final class SigningKeyFile {
    private SigningKeyFile() {}

    static RSAKey openOrCreate(Path file) throws IOException {
        try {
            if (Files.exists(file)) {
                return RSAKey.parse(Files.readString(file));
            }
            RSAKey made = new RSAKeyGenerator(2048)
                    .keyUse(KeyUse.SIGNATURE)
                    .keyIDFromThumbprint(true)
                    .generate();
            PrivateFile.write(file, made.toJSONString());
            return made;
        } catch (ParseException e) {
            throw new IOException(file + " is not a signing key: remove it to get a new one", e);
        } catch (JOSEException e) {
            throw new IOException(e);
        }
    }
}
