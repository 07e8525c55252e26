import java.nio.file.*;
import java.security.*;
import java.util.*;
import org.bouncycastle.asn1.*;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.jcajce.JcePKCSPBEInputDecryptorProviderBuilder;

/**
 * Opens key files and PKCS #12 files with Bouncy Castle, which shares no code with Reseal or OpenSSL.
 *
 * Arguments: the password, then paths of signPri.key files and .p12 files. Prints a line for each: the signature over
 * "reseal" and R, both hexadecimal, or the name of the error.
 */
public class KeyFileCheck {
  public static void main(String[] arguments) throws Exception {
    Security.addProvider(new BouncyCastleProvider());
    char[] password = arguments[0].toCharArray();
    for (String path : Arrays.asList(arguments).subList(1, arguments.length)) {
      String line;
      try {
        line = path.endsWith(".p12") ? fromPkcs12(path, password) : fromKeyFile(path, password);
      } catch (Exception refused) {
        line = refused.getClass().getSimpleName();
      }
      System.out.println(line);
    }
  }

  static String fromKeyFile(String path, char[] password) throws Exception {
    PKCS8EncryptedPrivateKeyInfo file = new PKCS8EncryptedPrivateKeyInfo(Files.readAllBytes(Path.of(path)));
    PrivateKeyInfo info = file.decryptPrivateKeyInfo(
        new JcePKCSPBEInputDecryptorProviderBuilder().setProvider("BC").build(password));
    return signatureOf(new JcaPEMKeyConverter().setProvider("BC").getPrivateKey(info)) + " " + randomOf(info);
  }

  static String fromPkcs12(String path, char[] password) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12", "BC");
    store.load(Files.newInputStream(Path.of(path)), password);
    String alias = Collections.list(store.aliases()).stream().filter(KeyFileCheck.isKey(store)).findFirst().get();
    return signatureOf((PrivateKey) store.getKey(alias, password)) + " " + store.getCertificateChain(alias).length;
  }

  static java.util.function.Predicate<String> isKey(KeyStore store) {
    return alias -> {
      try {
        return store.isKeyEntry(alias);
      } catch (KeyStoreException never) {
        return false;
      }
    };
  }

  static String signatureOf(PrivateKey key) throws Exception {
    Signature signature = Signature.getInstance(key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA", "BC");
    signature.initSign(key);
    signature.update("reseal".getBytes("UTF-8"));
    return HexFormat.of().formatHex(signature.sign());
  }

  /** R of the VID: the only attribute of the key. */
  static String randomOf(PrivateKeyInfo info) {
    ASN1Sequence attribute = ASN1Sequence.getInstance(info.getAttributes().getObjectAt(0));
    if (!attribute.getObjectAt(0).toString().equals("1.2.410.200004.10.1.1.3")) return "";
    ASN1Set values = ASN1Set.getInstance(attribute.getObjectAt(1));
    return HexFormat.of().formatHex(ASN1BitString.getInstance(values.getObjectAt(0)).getOctets());
  }
}
