declare module 'unix-crypt-td-js' {
  /** Seventh Edition crypt(3); takes the password as text or bytes, and two characters of salt. */
  // biome-ignore lint/style/noDefaultExport: the library is one function
  export default function unixCryptTD(password: string | readonly number[], salt: string): string;
}
