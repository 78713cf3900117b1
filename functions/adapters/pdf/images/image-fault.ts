/** A file that cannot be printed as a picture. The message goes on from the file's name and ends in the remedy. */
export class ImageFault extends Error {
  override readonly name = 'ImageFault';
}
