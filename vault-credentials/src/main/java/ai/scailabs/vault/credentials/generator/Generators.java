package ai.scailabs.vault.credentials.generator;

import ai.scailabs.vault.crypto.provider.NativeProvider;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import org.springframework.security.crypto.bcrypt.BCrypt;

/**
 * Makes values by recipe. Keeps nothing. Thread-safe if the source of random bytes is.
 *
 * <p>What is made lies in arrays that are wiped; but for the numbers inside of private keys and the work of bcrypt, which the Java runtime and the library leave to the garbage collector.
 */
public final class Generators {
    private static final String BCRYPT_VERSION = "$2b";

    private final SecureRandom random;
    private final Clock clock;

    /** @param random for keys and passwords alike */
    public Generators(SecureRandom random, Clock clock) {
        this.random = random;
        this.clock = clock;
    }

    /**
     * New values for all fields, as a JSON object of texts in UTF-8, in the order of {@link Recipe#entropy}. The caller closes it. Takes a processor for a moment; for seconds, if the
     * recipe {@link Recipe#isSlow is slow}: a key of 4096 bits alone is some.
     */
    public SensitiveBytes generate(Recipe recipe) {
        try (JsonBuffer json = new JsonBuffer();
                EvenDraws draws = new EvenDraws(random)) {
            for (RecipeField field : recipe.fields()) {
                write(field.name(), field.generator(), draws, json);
            }
            return json.finish();
        }
    }

    private void write(String name, Generator generator, EvenDraws draws, JsonBuffer json) {
        switch (generator) {
            case RandomText text -> json.member(name, text.space().draw(draws));
            case HexText text -> json.member(name, text.space().draw(draws));
            case UuidText uuid -> json.member(name, uuid.draw(random, clock.instant()));
            case TemplateText template -> writeTemplate(name, template, draws, json);
            case RsaKeyPair rsa -> writePem(name, keyPair("RSA", rsaSpec(rsa.bits())), json);
            case EcKeyPair ec ->
                writePem(name, keyPair("EC", new ECGenParameterSpec(ec.curve().standardName())), json);
            case SshKeyPair ssh -> writeSsh(name, ssh, json);
            case BcryptPassword password -> writeBcrypt(name, password, draws, json);
            case FixedText fixed -> json.member(name, fixed.value().getBytes(StandardCharsets.UTF_8));
        }
    }

    private void writeTemplate(String name, TemplateText template, EvenDraws draws, JsonBuffer json) {
        Instant now = clock.instant();
        json.begin(name);
        for (TemplatePiece piece : template.pieces()) {
            json.writeAndWipe(
                    switch (piece) {
                        case TemplatePiece.Literal literal -> literal.text().getBytes(StandardCharsets.UTF_8);
                        case TemplatePiece.Drawn drawn -> drawn.space().draw(draws);
                        case TemplatePiece.Identifier _ -> new UuidText(4).draw(random, now);
                        case TemplatePiece.Moment _ ->
                            Long.toString(now.getEpochSecond()).getBytes(StandardCharsets.US_ASCII);
                    });
        }
        json.end();
    }

    private static void writePem(String name, KeyPair pair, JsonBuffer json) {
        json.member(name, KeyText.privatePem(pair.getPrivate()));
        json.member(RecipeField.publicName(name), KeyText.publicPem(pair.getPublic()));
    }

    private void writeSsh(String name, SshKeyPair ssh, JsonBuffer json) {
        KeyPair pair = switch (ssh.type()) {
            case ED25519 -> keyPair("Ed25519", NamedParameterSpec.ED25519);
            case RSA -> keyPair("RSA", rsaSpec(ssh.bits()));
        };
        OpenSshKey key = new OpenSshKey(pair, ssh.comment());
        json.member(name, key.privatePem(random));
        json.member(RecipeField.publicName(name), key.publicLine());
    }

    private void writeBcrypt(String name, BcryptPassword generator, EvenDraws draws, JsonBuffer json) {
        byte[] password = generator.space().draw(draws);
        try {
            String hash = BCrypt.hashpw(password, BCrypt.gensalt(BCRYPT_VERSION, generator.rounds(), random));
            json.begin(name);
            json.write(password);
            json.end();
            json.member(RecipeField.hashName(name), hash.getBytes(StandardCharsets.US_ASCII));
        } finally {
            Arrays.fill(password, (byte) 0);
        }
    }

    private static AlgorithmParameterSpec rsaSpec(int bits) {
        return new RSAKeyGenParameterSpec(bits, RSAKeyGenParameterSpec.F4);
    }

    private KeyPair keyPair(String algorithm, AlgorithmParameterSpec spec) {
        try {
            KeyPairGenerator generator = NativeProvider.keyPairGenerator(algorithm);
            generator.initialize(spec, random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("the Java runtime makes no keys for " + algorithm, impossible);
        }
    }
}
